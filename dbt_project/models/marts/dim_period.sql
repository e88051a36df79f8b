-- What stretch of time a figure is about, and which stretches make one kind of figure when values are chosen.
select
    period_type,
    {{ period_group('period_type') }} as period_group,
    name_en,
    meaning as period_meaning,
    {{ period_group('period_type') }} = 'annual' as is_annual
from {{ ref('period_types') }}
