select
    dimension || '=' || breakdown_value as breakdown,
    dimension,
    breakdown_value,
    name_en
from {{ ref('breakdowns') }}
