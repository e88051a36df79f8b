select
    pages.page_id,
    pages.work_id,
    pages.source_id,
    pages.url,
    pages.title,
    pages.breadcrumb,
    pages.region_name,
    pages.ref_area,
    pages.volume_year,
    pages.reference_year,
    pages.reference_year_basis,
    pages.published_on,
    pages.published_on_basis,
    pages.contributor,
    pages.body_sha256,
    pages.text_sha256,
    pages.charset_used,
    pages.text_chars,
    pages.n_sections,
    pages.n_tables,
    pages.n_duplicate_sections,
    snapshots.fetched_at,
    snapshots.warc_file,
    snapshots.warc_offset,
    coalesce(snapshots.is_gone, false) as is_gone
from {{ ref('stg_pages') }} as pages
left join {{ ref('stg_snapshots') }} as snapshots
    on
        pages.source_id = snapshots.source_id
        and pages.url = snapshots.url
