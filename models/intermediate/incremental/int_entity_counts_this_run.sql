{{ config(materialized='view') }}

-- depends_on: {{ ref('int_days_to_process') }}, {{ ref('int_entities_to_resolve') }}
{% if not existing_relation("int_resolution_manifest")
    or not existing_relation("int_entity_signal_days") -%}
select entity_signal_counts.*
from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
{%- else -%}
select entity_signal_counts.*
from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
inner join {{ ref('int_days_to_process') }} as days_to_process
    on entity_signal_counts.activity_date = days_to_process.event_date
{{ on_days_to_process('entity_signal_counts.activity_date', 'date') }}
union all
select entity_signal_counts.*
from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
inner join {{ ref('int_entities_to_resolve') }} as entities_to_resolve
    on
        entity_signal_counts.entity_type = entities_to_resolve.entity_type
        and entity_signal_counts.entity_id = entities_to_resolve.entity_id
left join {{ ref('int_days_to_process') }} as days_to_process
    on entity_signal_counts.activity_date = days_to_process.event_date
where days_to_process.event_date is null
{%- endif %}
