{#- The rules that choose among the claims of one observation. Rule 2 stands in keys.sql. -#}

{#- Rule 1: what makes two claims of different pages the same text. Only passages long enough to be nobody
    else's wording are compared; table cells and short phrases stand for themselves. The key is compared only
    among the claims of one observation, in one query. -#}
{% macro passage_key(claims) -%}
    case
        when {{ claims }}.table_cell is null and length({{ claims }}.sentence) >= 16
            then hash({{ claims }}.sentence, {{ claims }}.raw_span)
        else hash({{ claims }}.claim_id)
    end
{%- endmacro %}

{#- Rule 3: the interval a claim leaves open. A bound that is not stated reaches to infinity. -#}
{% macro lower_bound(claims) -%}
    coalesce({{ claims }}.value_low, case when {{ claims }}.qualifier = 'EQ' then {{ claims }}.obs_value end, '-infinity'::double)
{%- endmacro %}

{% macro upper_bound(claims) -%}
    coalesce({{ claims }}.value_high, case when {{ claims }}.qualifier = 'EQ' then {{ claims }}.obs_value end, 'infinity'::double)
{%- endmacro %}

{#- Rule 4: a figure before the year is over, or one that the text calls provisional. -#}
{% macro is_provisional(claims) -%}
    ({{ claims }}.period_type = 'year_to_date' or coalesce({{ claims }}.note, '') ilike '%provisional%')
{%- endmacro %}

{#- Rule 4 as text that sorts: the first position that differs decides.
    1 floor language last | 2 authority of the work | 3 exact, rounded, bounded | 4 final before provisional
    5 nearest to the year's end | 6-9 the later volume first | then the claim's id, so that order is total. -#}
{% macro precedence() -%}
    (case when is_floor_language then '1' else '0' end)
    || authority_rank::varchar
    || (case when qualifier <> 'EQ' then '2' when bound_low < bound_high then '1' else '0' end)
    || (case when is_provisional then '1' else '0' end)
    || (case period_type when 'year_end' then '0' when 'year' then '1' when 'point' then '2' else '3' end)
    || lpad((9999 - volume_year)::varchar, 4, '0')
    || claim_id
{%- endmacro %}

{#- Who leads: a human choice before all, then by precedence. -#}
{% macro leading_order() -%}
    (case when is_human_choice then '0' else '1' end) || precedence
{%- endmacro %}

{#- The gap between two values as a share of the chosen one; no gap where a value is missing or zero. -#}
{% macro relative_gap(low, high, chosen) -%}
    coalesce(abs({{ high }} - {{ low }}) / nullif(abs({{ chosen }}), 0), 0)
{%- endmacro %}

{#- Which rule decided, in one word. -#}
{% macro rule_applied() -%}
    case
        when claims.is_human_choice then 'human_decision'
        when leaders.n_claims = 1 then 'only_claim'
        when leaders.n_independent_claims = 1 then 'same_text'
        when choices.n_rivals = 0 and not choices.has_several_intervals then 'agreement'
        when choices.n_rivals = 0 then 'narrowest'
        when left(leaders.leader_precedence, 1) <> left(choices.best_rival, 1) then 'not_floor'
        when left(leaders.leader_precedence, 2) <> left(choices.best_rival, 2) then 'authority'
        when left(leaders.leader_precedence, 3) <> left(choices.best_rival, 3) then 'exactness'
        when left(leaders.leader_precedence, 4) <> left(choices.best_rival, 4) then 'finality'
        when left(leaders.leader_precedence, 5) <> left(choices.best_rival, 5) then 'year_end'
        when left(leaders.leader_precedence, 9) <> left(choices.best_rival, 9) then 'vintage'
        else 'claim_order'
    end
{%- endmacro %}

{#- Rule 5 and the rest of obs_status: the one flag that says most. -#}
{% macro obs_status(observations, is_break) -%}
    case
        when {{ observations }}.is_target then 'F'
        when {{ is_break }} then 'B'
        when {{ observations }}.is_floor_language then 'U'
        when {{ observations }}.n_rivals > 0 and {{ observations }}.conflict_gap > {{ var('conflict_tolerance') }} then 'U'
        when
            {{ observations }}.unit_code = 'percent' and {{ observations }}.qualifier in ('GE', 'GT')
            and {{ observations }}.obs_value % 5 = 0
            then 'U'
        when {{ observations }}.base_key <> '' then 'D'
        when {{ observations }}.is_provisional then 'P'
        else 'A'
    end
{%- endmacro %}
