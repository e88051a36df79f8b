-- One series per region, metric and breakdown. A change is stated only between neighbouring years that are
-- both plain values, free of conflict, and on the same side of every known or detected break.
select
    metric_code,
    breakdown,
    region_id,
    region_name,
    region_level,
    ref_year,
    obs_value,
    value_low,
    value_high,
    qualifier,
    unit_code,
    obs_status,
    is_registered_break,
    is_detected_break,
    sum((is_registered_break or is_detected_break)::integer) over (
        partition by metric_code, breakdown, region_id order by ref_year
    )::integer + 1 as segment_number,
    previous_year,
    case
        when
            is_next_year
            and qualifier = 'EQ'
            and previous_qualifier = 'EQ'
            and not has_conflict
            and not previous_has_conflict
            and not is_registered_break
            and not is_detected_break
            and statistic <> 'rate'
            then round((obs_value / nullif(previous_value, 0) - 1) * 100, 2)
    end as change_pct,
    case
        when
            is_next_year
            and qualifier = 'EQ'
            and previous_qualifier = 'EQ'
            and not has_conflict
            and not previous_has_conflict
            and not is_registered_break
            and statistic = 'rate'
            then round(obs_value - previous_value, 2)
    end as change_pp,
    observation_id,
    chosen_claim_id
from {{ ref('int_series') }}
