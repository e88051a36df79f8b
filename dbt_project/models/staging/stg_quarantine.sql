select
    source_id,
    stage,
    "key" as row_key,
    url,
    "column" as column_name,
    "check" as check_name,
    "value" as found_value,
    reason
from {{ source('raw', 'quarantine') }}
