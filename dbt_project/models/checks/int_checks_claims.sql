-- Checks on single claims and pages: C01 basics, C02 rates, C20 an article counted twice, C21 pages of hosts
-- that are not allowed, C22 damaged text, C26 dates and ordinals read as quantities, C28 zeros nobody printed.
with mapped as (
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

failures as (
    select
        'C01' as check_id,
        -- a figure in another unit is kept under a key of its own and out of the trend marts
        case
            when not isfinite(coalesce(obs_value, 0)) or obs_value < value_low or obs_value > value_high then 'failed'
            else 'noted'
        end as outcome,
        mapped.*,
        format('{} {} in [{}, {}]', obs_value, unit_code, value_low, value_high) as found,
        format('a finite value in {} inside its interval', metric_unit_code) as expected,
        'unit, value or interval' as explanation
    from mapped
    where
        unit_code is distinct from metric_unit_code
        or not isfinite(coalesce(obs_value, 0))
        or obs_value < value_low
        or obs_value > value_high
    union all
    select
        'C02' as check_id,
        'failed' as outcome,
        mapped.*,
        obs_value::varchar as found,
        '0 to 100' as expected,
        'a rate outside of what a share can be' as explanation
    from mapped
    where unit_code = 'percent' and obs_value not between 0 and 100
    union all
    select
        'C20' as check_id,
        'failed' as outcome,
        mapped.*,
        format('characters {} to {}', char_start, char_end) as found,
        'claims of the first copy only' as expected,
        'the span lies in the second copy of the article' as explanation
    from mapped
    inner join {{ ref('int_duplicate_spans') }} as copies
        on
            mapped.page_id = copies.page_id
            and mapped.char_start >= copies.span_start
            and mapped.char_end <= copies.span_end
    union all
    select
        'C26' as check_id,
        'failed' as outcome,
        mapped.*,
        raw_span as found,
        'a quantity' as expected,
        words.why as explanation
    from mapped
    inner join {{ ref('not_quantity_units') }} as words
        on mapped.unit_raw = words.unit_word
    union all
    select
        'C28' as check_id,
        'failed' as outcome,
        mapped.*,
        raw_span as found,
        'a printed zero' as expected,
        'a zero in a table that nobody printed' as explanation
    from mapped
    where obs_value = 0 and table_cell is not null and not regexp_matches(raw_span, '[0０零〇]')
)

select
    check_id,
    outcome,
    metric_code,
    region_id,
    ref_year,
    null::varchar as observation_id,
    null::varchar as other_observation_id,
    claim_id,
    found,
    expected,
    explanation
from failures
union all
select
    'C21' as check_id,
    'failed' as outcome,
    null::varchar as metric_code,
    null::varchar as region_id,
    pages.reference_year::integer as ref_year,
    null::varchar as observation_id,
    null::varchar as other_observation_id,
    null::varchar as claim_id,
    pages.url as found,
    'a host of the catalogue' as expected,
    'mirrors are never a source' as explanation
from {{ ref('stg_pages') }} as pages
inner join {{ ref('stg_fetch_log') }} as fetches
    on pages.source_id = fetches.source_id and pages.url = fetches.url
where fetches.outcome = 'host_not_allowed'
union all
select
    'C22' as check_id,
    'failed' as outcome,
    null::varchar as metric_code,
    null::varchar as region_id,
    reference_year::integer as ref_year,
    null::varchar as observation_id,
    null::varchar as other_observation_id,
    null::varchar as claim_id,
    format('{} replacement characters in {}', replacement_chars, url) as found,
    'none' as expected,
    'the text was decoded with the wrong charset' as explanation
from {{ ref('stg_pages') }}
where replacement_chars > 0 and page_id in (select page_id from mapped)
