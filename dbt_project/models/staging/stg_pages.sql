-- A page stands once, whichever part of the lake named it first; its text stays in the raw table.
select
    page_id,
    source_id,
    source_id || ':' || coalesce(volume_year::varchar, 'none') as work_id,
    url,
    body_sha256,
    text_sha256,
    title,
    array_to_string(breadcrumb, ' > ') as breadcrumb,
    region_name,
    ref_area,
    volume_year,
    reference_year,
    reference_year_basis,
    published_on,
    published_on_basis,
    contributor,
    charset_declared,
    charset_used,
    replacement_chars,
    parser_version,
    length(text) as text_chars,
    len(sections) as n_sections,
    len(tables) as n_tables,
    len(list_filter(sections, lambda section: section.duplicate_of is not null)) as n_duplicate_sections
from {{ source('raw', 'pages') }}
qualify row_number() over (partition by page_id order by source_id, url) = 1
