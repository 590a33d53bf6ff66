{%- set key = [
    "thing_id", "visitor_id", "account_id", "occurred_at", "app_id", "server_name", "user_agent",
    "remote_ip", "properties",
] -%}
{%- set is_known = "substr(hours.visitor_id, 1, 9) <> '_PENDO_T_'" -%}

with

hours as (

    select *
    from {{ source_rows('pendo', ['feature_event', 'page_event', 'track_type_event']) }} as hours

),

things as (

    select
        thing_id,
        thing_name,
        {{ try_timestamp('loaded_at') }} as loaded_at
    from {{ source_rows('pendo', ['feature_names', 'page_names', 'track_type_names']) }} as things

)

select
    -- older rows have no id
    hours.kind || ':' || coalesce(hours.row_id, {{ dbt.hash(row_text(key, 'hours')) }}) as event_id,
    coalesce(things.thing_name, hours.thing_id) as event_name,
    case when {{ is_known }} then hours.visitor_id end as user_id,
    case when not {{ is_known }} then hours.visitor_id end as anonymous_id,
    hours.account_id,
    hours.properties,
    hours.event_count,
    hours.occurred_at,
    -- a row with another name is another row, and its day must be seen to have changed
    case
        when things.loaded_at > {{ try_timestamp('hours.received_at') }}
            then cast(things.loaded_at as {{ dbt.type_string() }})
        else cast(hours.received_at as {{ dbt.type_string() }})
    end as received_at
from hours
left join things
    on hours.thing_id = things.thing_id
