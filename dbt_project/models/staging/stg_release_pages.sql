select * exclude (row_md5)
from {{ source('raw', 'release_pages') }}
