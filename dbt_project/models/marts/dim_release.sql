-- The releases in their order. A view, as all that is made of releases: a release is known as soon as it is loaded.
{{ config(materialized='view') }}

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
from {{ ref('stg_releases') }}
