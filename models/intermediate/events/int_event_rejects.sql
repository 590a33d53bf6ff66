{{ config(
    materialized='incremental',
    incremental_strategy=by_day(),
    unique_key='counted_on',
    partition_by=by_day_partition('counted_on'),
    on_schema_change='sync_all_columns',
    full_refresh=false,
) }}

select
    status,
    reject_reason,
    event_id,
    event_name,
    cast(raw_occurred_at as {{ dbt.type_string() }}) as raw_occurred_at,
    cast(raw_received_at as {{ dbt.type_string() }}) as raw_received_at,
    user_id,
    anonymous_id,
    account_id,
    properties,
    raw_event_count,
    event_date,
    counted_on
from {{ ref('int_changed_events') }}
where status <> 'accepted'
union all
-- each day counted anew has a row of its own: the day is replaced even if nothing is left to reject
select
    'day' as status,
    cast(null as {{ dbt.type_string() }}) as reject_reason,
    cast(null as {{ dbt.type_string() }}) as event_id,
    cast(null as {{ dbt.type_string() }}) as event_name,
    cast(null as {{ dbt.type_string() }}) as raw_occurred_at,
    cast(null as {{ dbt.type_string() }}) as raw_received_at,
    cast(null as {{ dbt.type_string() }}) as user_id,
    cast(null as {{ dbt.type_string() }}) as anonymous_id,
    cast(null as {{ dbt.type_string() }}) as account_id,
    cast(null as {{ dbt.type_string() }}) as properties,
    cast(null as {{ dbt.type_string() }}) as raw_event_count,
    cast(null as date) as event_date,
    event_date as counted_on
from {{ ref('int_changed_days') }}
