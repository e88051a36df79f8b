select
    work_id,
    source_id,
    volume_year,
    series_title,
    publisher,
    authority_kind,
    authority_rank::integer as authority_rank,
    is_sample
from {{ ref('int_works') }}
