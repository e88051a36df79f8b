-- One row per fact that says something else than in the release before, and why. The step after the latest
-- release, `unreleased`, compares it with the facts as they are now. A fact whose number stands but whose proof
-- moved (another claim, more works) has a new row in fct_union_metrics_history and none here.
{{ config(materialized='view') }}

with steps as (
    select
        release_id,
        release_number,
        lag(release_id) over (order by release_number) as previous_release_id
    from {{ ref('stg_releases') }}
    qualify lag(release_id) over (order by release_number) is not null
    union all
    select
        'unreleased' as release_id,
        max(release_number) + 1 as release_number,
        arg_max(release_id, release_number) as previous_release_id
    from {{ ref('stg_releases') }}
    having count(*) > 0
),

-- The present as if it were one more release: it ends what still stands in the latest one.
present as (
    select release_number from steps where release_id = 'unreleased'
),

facts as (
    select
        history.* replace (coalesce(history.valid_to_number, present.release_number) as valid_to_number)
    from {{ ref('stg_release_history') }} as history
    cross join present
    union all by name
    select
        facts.*,
        present.release_number as valid_from_number,
        present.release_number + 1 as valid_to_number
    from {{ ref('fct_union_metrics') }} as facts
    cross join present
),

claims as (
    select
        history.observation_id,
        history.claim_id,
        history.url,
        history.region_id,
        history.is_chosen,
        {{ claim_statement('history') }} as claim_statement,
        history.valid_from_number,
        coalesce(history.valid_to_number, present.release_number) as valid_to_number
    from {{ ref('stg_release_claims') }} as history
    cross join present
    union all
    select
        claims.observation_id,
        claims.claim_id,
        claims.url,
        claims.region_id,
        claims.is_chosen,
        {{ claim_statement('claims') }} as claim_statement,
        present.release_number as valid_from_number,
        present.release_number + 1 as valid_to_number
    from {{ ref('fct_union_claims') }} as claims
    cross join present
    where claims.is_current and claims.metric_code is not null
),

pages as (
    select
        history.url,
        history.body_sha256,
        history.valid_from_number,
        coalesce(history.valid_to_number, present.release_number) as valid_to_number
    from {{ ref('stg_release_pages') }} as history
    cross join present
    union all
    select
        pages.url,
        pages.body_sha256,
        present.release_number as valid_from_number,
        present.release_number + 1 as valid_to_number
    from {{ ref('dim_page') }} as pages
    cross join present
),

-- 1. Which facts say something else: what ended at a step beside what began at it.
ended as (
    select
        facts.*,
        steps.release_number as step_number
    from facts
    inner join steps on facts.valid_to_number = steps.release_number
),

began as (
    select
        facts.*,
        steps.release_number as step_number
    from facts
    inner join steps on facts.valid_from_number = steps.release_number
),

changed as (
    select
        coalesce(after.step_number, before.step_number) as step_number,
        coalesce(after.observation_id, before.observation_id) as observation_id,
        case
            when before.observation_id is null then 'added'
            when after.observation_id is null then 'removed'
            else 'changed'
        end as change,
        {{ fact_statement('before') }} = {{ fact_statement('after') }} as is_same_but_region,
        coalesce(after.metric_code, before.metric_code) as metric_code,
        coalesce(after.region_id, before.region_id) as region_id,
        coalesce(after.region_name, before.region_name) as region_name,
        coalesce(after.ref_year, before.ref_year) as ref_year,
        coalesce(after.breakdown, before.breakdown) as breakdown,
        coalesce(after.reporting_scope, before.reporting_scope) as reporting_scope,
        coalesce(after.unit_code, before.unit_code) as unit_code,
        before.obs_value as value_before,
        after.obs_value as value_after,
        before.value_low as low_before,
        after.value_low as low_after,
        before.value_high as high_before,
        after.value_high as high_after,
        before.qualifier as qualifier_before,
        after.qualifier as qualifier_after,
        before.obs_status as status_before,
        after.obs_status as status_after,
        before.chosen_claim_id as claim_before,
        after.chosen_claim_id as claim_after
    from ended as before
    full outer join began as after
        on before.observation_id = after.observation_id and before.step_number = after.step_number
    where
        before.observation_id is null
        or after.observation_id is null
        or {{ fact_statement('before') }} <> {{ fact_statement('after') }}
        or {{ region_statement('before') }} <> {{ region_statement('after') }}
),

-- 2. The claims behind each of them, before and after.
behind as (
    select
        changed.step_number,
        changed.observation_id,
        claims.claim_id,
        claims.url,
        claims.region_id,
        claims.claim_statement,
        claims.is_chosen,
        sides.side,
        changed.step_number - sides.own_lag as own_number,
        changed.step_number - sides.other_lag as other_number
    from changed
    cross join (values ('after', 0, 1), ('before', 1, 0)) as sides (side, own_lag, other_lag)
    inner join claims
        on
            changed.observation_id = claims.observation_id
            and {{ stood_in('claims', 'changed.step_number - sides.own_lag') }}
),

-- 3. What the other release knew of each of those claims: its page, the page's body, the claim itself, its region.
compared as (
    select
        behind.step_number,
        behind.observation_id,
        behind.claim_id,
        behind.is_chosen,
        bool_and(behind.side = 'after' and other_page.url is null) as is_page_new,
        bool_and(
            (behind.side = 'before' and other_page.url is null)
            or coalesce(other_page.body_sha256 <> own_page.body_sha256, false)
        ) as is_page_revised,
        bool_and(other_claim.claim_statement is distinct from behind.claim_statement) as is_read_anew,
        bool_or(other_claim.region_id <> behind.region_id) as is_region_other
    from behind
    left join pages as own_page
        on behind.url = own_page.url and {{ stood_in('own_page', 'behind.own_number') }}
    left join pages as other_page
        on behind.url = other_page.url and {{ stood_in('other_page', 'behind.other_number') }}
    left join claims as other_claim
        on behind.claim_id = other_claim.claim_id and {{ stood_in('other_claim', 'behind.other_number') }}
    group by behind.step_number, behind.observation_id, behind.claim_id, behind.is_chosen, behind.side
),

evidence as (
    select
        step_number,
        observation_id,
        bool_or(is_region_other) as is_region_other,
        bool_or(is_page_new and is_chosen) as is_chosen_page_new,
        bool_or(is_page_revised and is_chosen) as is_chosen_page_revised,
        bool_or(is_page_new) as is_any_page_new,
        bool_or(is_page_revised) as is_any_page_revised,
        bool_or(is_read_anew) as is_any_claim_read_anew
    from compared
    group by step_number, observation_id
)

-- 4. The reason, by the first line that is true: what happened to the chosen claim explains more than what
-- happened to another, and a page explains more than how it was read. Where pages and claims are the same, only
-- the rules, or a decision about a claim, can have made the difference.
select
    steps.release_id,
    steps.previous_release_id,
    changed.observation_id,
    changed.change,
    case
        when evidence.is_region_other or changed.is_same_but_region then 'region_changed'
        when evidence.is_chosen_page_new then 'source_added'
        when evidence.is_chosen_page_revised then 'source_revised'
        when evidence.is_any_page_new then 'source_added'
        when evidence.is_any_page_revised then 'source_revised'
        when evidence.is_any_claim_read_anew then 'extraction_changed'
        else 'rule_changed'
    end as reason_code,
    changed.metric_code,
    changed.region_id,
    changed.region_name,
    changed.ref_year,
    changed.breakdown,
    changed.reporting_scope,
    changed.unit_code,
    changed.value_before,
    changed.value_after,
    changed.low_before,
    changed.low_after,
    changed.high_before,
    changed.high_after,
    changed.qualifier_before,
    changed.qualifier_after,
    changed.status_before,
    changed.status_after,
    changed.claim_before,
    changed.claim_after
from changed
inner join steps
    on changed.step_number = steps.release_number
left join evidence
    on changed.step_number = evidence.step_number and changed.observation_id = evidence.observation_id
