{{ config(**by_day('counted_on')) }}

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
