-- What the last run met at each address, refusals and failures included.
select
    source_id,
    url,
    outcome,
    http_status,
    reason,
    attempts,
    requested_at
from {{ ref('stg_fetch_log') }}
