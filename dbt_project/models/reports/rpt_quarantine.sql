-- What could not be read, mapped or validated, where it stopped, and why.
select
    source_id,
    stage,
    row_key,
    url,
    column_name,
    check_name,
    found_value,
    reason
from {{ ref('stg_quarantine') }}
