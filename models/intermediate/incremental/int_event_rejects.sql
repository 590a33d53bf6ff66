{{ config(**incremental_by_day('counted_on')) }}

with

events_this_run as (

    select * from {{ ref('int_events_this_run') }}
    where status in ('rejected', 'duplicate')

),

-- what was rejected for its properties may name anybody
naming_properties as (

    select distinct events_this_run.properties
    from events_this_run
    inner join {{ ref('stg_product__forgotten_names') }} as forgotten_names
        on {{ dbt.position(
            'lower(forgotten_names.name)', 'lower(events_this_run.properties)'
        ) }} > 0
    where events_this_run.reject_reason = 'invalid_properties'

),

rejects as (

    select
        events_this_run.*,
        case
            when
                events_this_run.reject_reason = 'invalid_properties'
                and naming_properties.properties is null
                then events_this_run.properties
        end as kept_properties
    from events_this_run
    left join naming_properties
        on events_this_run.properties = naming_properties.properties

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
