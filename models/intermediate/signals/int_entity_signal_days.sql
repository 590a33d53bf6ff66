{#- The rows of the days and entities that this build attributes anew are replaced; what it holds is
    never thrown away. The changes come first, as they are found by what it held before. -#}
{{ config(
    materialized='incremental',
    incremental_strategy=append_strategy(),
    on_schema_change='sync_all_columns',
    full_refresh=false,
    pre_hook=[
        "{{ delete_before_insert(
            'int_days_to_process', 'int_resolution_manifest', ['activity_date'], ['event_date']
        ) }}",
        "{{ delete_before_insert(
            'int_entities_to_resolve', 'int_resolution_manifest',
            ['entity_type', 'entity_id'], ['entity_type', 'entity_id']
        ) }}",
    ],
) }}
-- depends_on: {{ ref('int_entity_day_changes') }}
-- depends_on: {{ ref('int_days_to_process') }}, {{ ref('int_entities_to_resolve') }}

select
    signal_id,
    entity_type,
    entity_id,
    item,
    event_count,
    value_sum,
    activity_date,
    latest_received_at
from {{ ref('int_entity_days_this_run') }}
