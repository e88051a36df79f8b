select
    correction_id,
    claim_id,
    action,
    reason,
    decided_by,
    decided_on,
    corrected_value,
    is_active
from {{ source('raw', 'corrections') }}
