-- What is counted. A unit that the vocabulary has gained and nobody has described yet is named by its code.
with codes as (
    select unit_code from {{ ref('units') }}
    union
    select unit_code from {{ ref('stg_metrics') }} where unit_code is not null
    union
    select unit_code from {{ ref('stg_claims') }} where unit_code is not null
)

select
    codes.unit_code,
    coalesce(units.name_en, codes.unit_code) as name_en,
    coalesce(units.unit_kind, 'unknown') as unit_kind,
    units.note as unit_note
from codes
left join {{ ref('units') }} as units
    on codes.unit_code = units.unit_code
