{#- Kept until the entities are scored: emptied at the end of the run that does. -#}
{{ config(
    materialized='incremental',
    incremental_strategy=append_strategy(),
    on_schema_change='sync_all_columns',
    full_refresh=false,
) }}
-- depends_on: {{ ref('int_days_to_process') }}, {{ ref('int_entities_to_resolve') }}
{%- set signal_days = existing_relation("int_entity_signal_days") -%}
{%- set hashed = ["signal_id", "item", "event_count", "value_sum", "activity_date"] %}

with

days_this_run as (

    select * from {{ ref('int_entity_days_this_run') }}

),

{% if signal_days and existing_relation("int_resolution_manifest") -%}
former_days as (

    select signal_days.*
    from {{ signal_days }} as signal_days
    inner join {{ ref('int_days_to_process') }} as days_to_process
        on signal_days.activity_date = days_to_process.event_date
    {{ on_days_to_process('signal_days.activity_date', 'date') | indent(4) }}
    union all
    select signal_days.*
    from {{ signal_days }} as signal_days
    inner join {{ ref('int_entities_to_resolve') }} as entities_to_resolve
        on
            signal_days.entity_type = entities_to_resolve.entity_type
            and signal_days.entity_id = entities_to_resolve.entity_id
    left join {{ ref('int_days_to_process') }} as days_to_process
        on signal_days.activity_date = days_to_process.event_date
    where days_to_process.event_date is null

),

compared_days as (

    select
        entity_type,
        entity_id,
        activity_date,
        {{ row_hash(hashed, "days_this_run") }} as row_hash
    from days_this_run
    union all
    select
        entity_type,
        entity_id,
        activity_date,
        -{{ row_hash(hashed, "former_days") }} as row_hash
    from former_days

),

changes as (

    select
        entity_type,
        entity_id,
        activity_date
    from compared_days
    group by entity_type, entity_id, activity_date
    having sum(row_hash) <> 0

)
{%- else -%}
-- there is nothing to compare with
changes as (

    select
        entity_type,
        entity_id,
        {{ always() }} as activity_date
    from days_this_run

)
{%- endif %}

select
    entity_type,
    entity_id,
    min(activity_date) as changed_from
from changes
group by entity_type, entity_id
