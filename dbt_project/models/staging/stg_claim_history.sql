select
    * exclude (source_row_md5, rule, ref_year),
    ref_year::integer as ref_year,
    rule as extraction_rule
from {{ source('raw', 'claim_history') }}
