-- Every version of every claim with the times at which it was asserted and retracted.
select
    * exclude (source_row_md5, rule, ref_year),
    left(md5(claim_id || page_id || epoch_us(asserted_at)::varchar), 16) as claim_version_id,
    ref_year::integer as ref_year,
    rule as extraction_rule
from {{ source('raw', 'claim_history') }}
