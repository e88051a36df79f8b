-- The words by which a text may name the usual base of a rate: the labels of the metric it is a share of.
select distinct metrics.metric_code || '|' || trim(label.word) as base_label
from {{ ref('stg_metrics') }} as metrics
inner join {{ ref('stg_metrics') }} as bases
    on metrics.base_code = bases.metric_code
cross join unnest(string_split(bases.labels_zh || '|' || bases.name_zh, '|')) as label (word)
