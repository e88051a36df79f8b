-- Checks on single claims and pages: C01 basics, C02 rates, C20 an article counted twice, C21 pages of hosts
-- that are not allowed, C22 damaged text, C26 dates and ordinals read as quantities, C28 zeros nobody printed.
with mapped as not materialized (
    select
        claims.*,
        places.region_id,
        metrics.unit_code as metric_unit_code
    from {{ ref('stg_claims') }} as claims
    left join {{ ref('int_claim_places') }} as places
        on
            claims.ref_area is not distinct from places.ref_area
            and claims.ref_area_name = places.ref_area_name
            and claims.ref_year = places.ref_year
    left join {{ ref('stg_metrics') }} as metrics
        on claims.metric_code = metrics.metric_code
    where claims.metric_code is not null and claims.change_kind = 'level'
),

outside as not materialized (
    -- a figure in another unit is kept under a key of its own and out of the trend marts
    select
        *,
        coalesce(not isfinite(obs_value) or obs_value < value_low or obs_value > value_high, false) as is_outside
    from mapped
)
{% set of_a_claim = {'row': 'claims', 'observation': 'null::varchar', 'claim': 'claims.claim_id'} %}
{%- set of_a_page = {
    'metric': 'null::varchar', 'region': 'null::varchar', 'year': 'pages.reference_year::integer',
    'observation': 'null::varchar', 'claim': 'null::varchar'
} %}
select
    {{ finding(
        "'C01'",
        outcome="case when claims.is_outside then 'failed' else 'noted' end",
        found="format('{} {} in [{}, {}]', claims.obs_value, claims.unit_code, claims.value_low, claims.value_high)",
        expected="format('a finite value in {} inside its interval', claims.metric_unit_code)",
        explanation="'unit, value or interval'",
        **of_a_claim
    ) }}
from outside as claims
where claims.is_outside or claims.unit_code is distinct from claims.metric_unit_code
union all
select
    {{ finding(
        "'C02'",
        found='claims.obs_value::varchar',
        expected="'0 to 100'",
        explanation="'a rate outside of what a share can be'",
        **of_a_claim
    ) }}
from mapped as claims
where claims.unit_code = 'percent' and claims.obs_value not between 0 and 100
union all
select
    {{ finding(
        "'C20'",
        found="format('characters {} to {}', claims.char_start, claims.char_end)",
        expected="'claims of the first copy only'",
        explanation="'the span lies in the second copy of the article'",
        **of_a_claim
    ) }}
from mapped as claims
inner join {{ ref('stg_duplicate_spans') }} as copies
    on
        claims.page_id = copies.page_id
        and claims.char_start >= copies.span_start
        and claims.char_end <= copies.span_end
union all
select
    {{ finding(
        "'C26'", found='claims.raw_span', expected="'a quantity'", explanation='words.why', **of_a_claim
    ) }}
from mapped as claims
inner join {{ ref('not_quantity_units') }} as words
    on claims.unit_raw = words.unit_word
union all
select
    {{ finding(
        "'C28'",
        found='claims.raw_span',
        expected="'a printed zero'",
        explanation="'a zero in a table that nobody printed'",
        **of_a_claim
    ) }}
from mapped as claims
where claims.obs_value = 0 and claims.table_cell is not null and not regexp_matches(claims.raw_span, '[0０零〇]')
union all
select
    {{ finding(
        "'C21'",
        found='pages.url',
        expected="'a host of the catalogue'",
        explanation="'mirrors are never a source'",
        **of_a_page
    ) }}
from {{ ref('stg_pages') }} as pages
inner join {{ ref('stg_fetch_log') }} as fetches
    on pages.source_id = fetches.source_id and pages.url = fetches.url
where fetches.outcome = 'host_not_allowed'
union all
select
    {{ finding(
        "'C22'",
        found="format('{} replacement characters in {}', pages.replacement_chars, pages.url)",
        expected="'none'",
        explanation="'the text was decoded with the wrong charset'",
        **of_a_page
    ) }}
from {{ ref('stg_pages') }} as pages
where pages.replacement_chars > 0 and pages.page_id in (select page_id from mapped)
