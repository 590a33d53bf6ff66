{#- Of events of people who asked to be forgotten nothing is left but that there were so many. -#}
{%- set cells = ["event_id", "event_name", "user_id", "account_id", "properties"] -%}

with

raw_events as (

    select * from {{ all_raw_rows('events') }} as raw_rows

),

forgotten_names as (

    select * from {{ ref('stg_product__forgotten_names') }}

),

named_events as (

    select
        raw_events.*,
        forgotten_devices.name is not null as is_forgotten_device,
        forgotten_users.name is not null
        or (raw_events.user_id is null and forgotten_devices.name is not null) as is_forgotten
    from raw_events
    left join forgotten_names as forgotten_users
        on raw_events.user_id = forgotten_users.name
    left join forgotten_names as forgotten_devices
        on raw_events.anonymous_id = forgotten_devices.name

),

read_events as (

    select
        {%- for cell in cells %}
        case when not is_forgotten then {{ cell }} end as {{ cell }},
        {%- endfor %}
        case when not is_forgotten and not is_forgotten_device then anonymous_id end
            as anonymous_id,
        case when not is_forgotten then event_count end as raw_event_count,
        is_forgotten,
        occurred_at as raw_occurred_at,
        received_at as raw_received_at,
        {{ try_timestamp('occurred_at') }} as occurred_at,
        case
            when received_at is null then {{ try_timestamp('occurred_at') }}
            else {{ try_timestamp('received_at') }}
        end as received_at
    from named_events

),

typed_events as (

    select
        *,
        {{ known_id('user_id') }} as known_user_id,
        {{ known_id('anonymous_id') }} as known_anonymous_id,
        {{ known_id('account_id') }} as known_account_id,
        cast(occurred_at as date) as event_date,
        {{ try_decimal('raw_event_count') }} as stated_event_count
    from read_events

),

judged_events as (

    select
        *,
        -- a count that is no whole number says nothing: such a row is one event
        stated_event_count between 0 and 1000000000000
        and stated_event_count = floor(stated_event_count) as is_count_read,
        case
            when is_forgotten then 'forgotten'
            when event_name is null then 'missing_event_name'
            when coalesce(user_id, anonymous_id, account_id) is null then 'missing_actor'
            when coalesce(known_user_id, known_anonymous_id, known_account_id) is null
                then 'placeholder_id'
            when occurred_at is null or received_at is null then 'invalid_timestamp'
            when
                occurred_at
                > {{ dbt.dateadd('hour', var('max_clock_skew_hours'), 'received_at') }}
                then 'future_timestamp'
            when
                occurred_at < cast('{{ var("earliest_event_date") }}' as {{ dbt.type_timestamp() }})
                then 'implausible_timestamp'
            when
                properties is not null and not {{ is_json_object('properties') }}
                then 'invalid_properties'
        end as reject_reason
    from typed_events

)

select
    event_id,
    event_name,
    -- a placeholder beside the id of somebody says nothing; what is rejected stays as it was received
    case when reject_reason is null then known_user_id else user_id end as user_id,
    case when reject_reason is null then known_anonymous_id else anonymous_id end as anonymous_id,
    case when reject_reason is null then known_account_id else account_id end as account_id,
    properties,
    raw_event_count,
    reject_reason,
    case when is_count_read then cast(stated_event_count as {{ dbt.type_bigint() }}) else 1 end
        as event_count,
    raw_event_count is not null and not coalesce(is_count_read, false) as is_count_misread,
    event_date,
    raw_occurred_at,
    raw_received_at,
    occurred_at,
    received_at
from judged_events
