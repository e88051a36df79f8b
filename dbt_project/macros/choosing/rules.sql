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

{#- Rule 4 as a number that sorts: the first digit that differs decides.
    1 floor language last | 2 authority of the work | 3 exact, rounded, bounded | 4 final before provisional
    5 nearest to the year's end | 6-9 the later volume first. Equal numbers are ordered by the claim's id. -#}
{% macro precedence() -%}
    (
        (case when is_floor_language then 1 else 0 end) * 100000000
        + authority_rank * 10000000
        + (case when qualifier <> 'EQ' then 2 when bound_low < bound_high then 1 else 0 end) * 1000000
        + (case when is_provisional then 1 else 0 end) * 100000
        + (case period_type when 'year_end' then 0 when 'year' then 1 when 'point' then 2 else 3 end) * 10000
        + (9999 - volume_year)
    )::integer
{%- endmacro %}

{#- Who leads: a human choice before all, then by precedence, then by the claim's id, so that order is total. -#}
{% macro leading_order() -%}
    (not is_human_choice, precedence, claim_id)
{%- endmacro %}

{#- Whether leader and best rival differ in the first digits of their precedence. -#}
{% macro differs_in_first(digits) -%}
    choices.leader_precedence // {{ 10 ** (9 - digits) }} <> choices.best_rival // {{ 10 ** (9 - digits) }}
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
        when not leaders.has_several_intervals then 'agreement'
        when choices.n_rivals = 0 then 'narrowest'
        when {{ differs_in_first(1) }} then 'not_floor'
        when {{ differs_in_first(2) }} then 'authority'
        when {{ differs_in_first(3) }} then 'exactness'
        when {{ differs_in_first(4) }} then 'finality'
        when {{ differs_in_first(5) }} then 'year_end'
        when {{ differs_in_first(9) }} then 'vintage'
        else 'claim_order'
    end
{%- endmacro %}

{#- A rate that is a multiple of five and "at least": a round floor rather than a measurement. -#}
{% macro is_heaped_rate(facts) -%}
    {{ facts }}.unit_code = 'percent' and {{ facts }}.qualifier in ('GE', 'GT') and {{ facts }}.obs_value % 5 = 0
{%- endmacro %}

{#- Rule 5 and the rest of obs_status: the one flag that says most. -#}
{% macro obs_status(observations, is_break) -%}
    case
        when {{ observations }}.is_target then 'F'
        when {{ is_break }} then 'B'
        when {{ observations }}.is_floor_language then 'U'
        when {{ observations }}.n_rivals > 0 and {{ observations }}.conflict_gap > {{ var('conflict_tolerance') }} then 'U'
        when {{ is_heaped_rate(observations) }} then 'U'
        when {{ observations }}.base_key <> '' then 'D'
        when {{ observations }}.is_provisional then 'P'
        else 'A'
    end
{%- endmacro %}
