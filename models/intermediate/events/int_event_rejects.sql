{{ config(
    materialized='incremental',
    incremental_strategy=by_day(),
    unique_key='counted_on',
    partition_by=by_day_partition('counted_on'),
    on_schema_change='sync_all_columns',
    full_refresh=false,
    post_hook="{{ without_rows(\"status = 'day'\") }}",
) }}

with

changed_events as (

    select * from {{ ref('int_changed_events') }}
    where status in ('rejected', 'duplicate')

),

-- what was rejected for its properties may name anybody
naming_properties as (

    select distinct changed_events.properties
    from changed_events
    inner join {{ ref('stg_product__forgotten_names') }} as forgotten_names
        on {{ dbt.position('lower(forgotten_names.name)', 'lower(changed_events.properties)') }} > 0
    where changed_events.reject_reason = 'invalid_properties'

),

rejects as (

    select
        changed_events.*,
        case
            when
                changed_events.reject_reason = 'invalid_properties'
                and naming_properties.properties is null
                then changed_events.properties
        end as kept_properties
    from changed_events
    left join naming_properties
        on changed_events.properties = naming_properties.properties

)

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
    kept_properties as properties,
    raw_event_count,
    event_date,
    counted_on
from rejects
union all
-- each day counted anew has a row of its own, gone once the day is replaced: so it is replaced even
-- if nothing is left to reject
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
