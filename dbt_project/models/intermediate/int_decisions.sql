-- Rule 6 of choosing: a human decision is a row, never an edit. The newest active one of a kind counts.
select
    claim_id,
    max(correction_id) filter (where action = 'choose') as choose_id,
    max(correction_id) filter (where action = 'exclude') as exclude_id,
    max(correction_id) filter (where action = 'correct') as correct_id,
    arg_max(corrected_value, correction_id) filter (where action = 'correct') as corrected_value,
    arg_max(reason, correction_id) as reason
from {{ ref('stg_corrections') }}
where is_active
group by claim_id
