-- Where a page repeats itself: character spans of the second copy of an article.
select
    pages.page_id,
    span.char_start as span_start,
    span.char_end as span_end
from (select page_id, unnest(duplicate_spans) as span from {{ source('raw', 'pages') }}) as pages
