select
    source_id,
    url,
    requested_at,
    outcome,
    status as http_status,
    reason,
    attempts,
    elapsed_ms
from {{ source('raw', 'fetch_log') }}
