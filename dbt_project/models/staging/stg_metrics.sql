select
    metric_code,
    tier::integer as tier,
    theme,
    name_en,
    name_zh,
    unit_code,
    statistic,
    definition_en,
    labels_zh,
    breakdowns,
    typical_range,
    canonical_code,
    fixed_breakdown,
    nullif(base_code, '') as base_code,
    metric_code = canonical_code as is_canonical
from {{ source('raw', 'metrics') }}
