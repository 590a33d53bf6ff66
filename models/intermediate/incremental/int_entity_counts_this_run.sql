{{ config(materialized='view') }}
{%- set columns = [
    "signal_id", "entity_type", "entity_id", "user_id", "item", "event_count", "value_sum",
    "activity_date", "latest_received_at",
] %}
{%- set columns = "entity_signal_counts." ~ columns | join(",\n    entity_signal_counts.") %}

-- depends_on: {{ ref('int_days_to_process') }}, {{ ref('int_entities_to_resolve') }}
{% if not existing_relation("int_resolution_manifest")
    or not existing_relation("int_entity_signal_days") -%}
select
    {{ columns }}
from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
{%- else -%}
select
    {{ columns }}
from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
inner join {{ ref('int_days_to_process') }} as days_to_process
    on entity_signal_counts.activity_date = days_to_process.event_date
{{ on_days_to_process('entity_signal_counts.activity_date', 'date') }}
union all
select
    {{ columns }}
from {{ ref('int_entity_signal_counts') }} as entity_signal_counts
inner join {{ ref('int_entities_to_resolve') }} as entities_to_resolve
    on
        entity_signal_counts.entity_type = entities_to_resolve.entity_type
        and entity_signal_counts.entity_id = entities_to_resolve.entity_id
left join {{ ref('int_days_to_process') }} as days_to_process
    on entity_signal_counts.activity_date = days_to_process.event_date
where days_to_process.event_date is null
{%- endif %}
