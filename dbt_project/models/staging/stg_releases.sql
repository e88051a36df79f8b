select
    release_id,
    release_number,
    published_at,
    previous_release_id,
    content_digest,
    extractor_version,
    rules_version,
    software_version,
    n_facts
from {{ source('raw', 'releases') }}
