select
    source_id,
    url,
    volume_year,
    fetched_at,
    checked_at,
    status as http_status,
    content_type,
    body_sha256,
    body_bytes,
    warc_file,
    warc_offset,
    unchanged_since,
    is_gone
from {{ source('raw', 'snapshots') }}
