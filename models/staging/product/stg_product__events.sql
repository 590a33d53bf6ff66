{#- The whole row as it was received: stands for a blank id, and orders rows received together. -#}
{%- set received_columns = [
    "event_id", "event_name", "raw_occurred_at", "raw_received_at", "user_id", "anonymous_id",
    "account_id", "properties", "raw_event_count",
] -%}
{%- set columns = (
    received_columns + ["reject_reason", "event_date", "occurred_at", "received_at"]
) | join(", ") -%}

with

raw_events as (

    select * from {{ raw_table('events') }} as raw_rows

),

read_events as (

    select
        event_id,
        event_name,
        user_id,
        anonymous_id,
        account_id,
        properties,
        event_count as raw_event_count,
        occurred_at as raw_occurred_at,
        received_at as raw_received_at,
        {{ try_timestamp('occurred_at') }} as occurred_at,
        {{ try_timestamp('coalesce(received_at, occurred_at)') }} as received_at
    from raw_events

),

judged_events as (

    select
        *,
        cast(occurred_at as date) as event_date,
        case
            when event_name is null then 'missing_event_name'
            when coalesce(user_id, anonymous_id, account_id) is null then 'missing_actor'
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
    from read_events

),

candidate_events as (

    select
        *,
        coalesce(event_id, {{ dbt.hash(row_text(received_columns, 'judged_events')) }}) as deduplication_id
    from judged_events
    where reject_reason is null

),

-- few ids repeat, so that only their rows are hashed and ranked
repeated_ids as (

    select
        event_date,
        deduplication_id
    from candidate_events
    group by event_date, deduplication_id
    having count(*) > 1

),

single_events as (

    select candidate_events.*
    from candidate_events
    left join repeated_ids
        on
            candidate_events.event_date = repeated_ids.event_date
            and candidate_events.deduplication_id = repeated_ids.deduplication_id
    where repeated_ids.deduplication_id is null

),

repeated_events as (

    select candidate_events.*
    from candidate_events
    inner join repeated_ids
        on
            candidate_events.event_date = repeated_ids.event_date
            and candidate_events.deduplication_id = repeated_ids.deduplication_id

),

ranked_events as (

    select
        *,
        row_number() over (
            partition by event_date, deduplication_id
            order by received_at, {{ dbt.hash(row_text(received_columns, 'repeated_events')) }}
        ) as receipt_rank
    from repeated_events

),

sorted_events as (

    select
        {{ columns }},
        'rejected' as status
    from judged_events
    where reject_reason is not null
    union all
    select
        {{ columns }},
        'accepted' as status
    from single_events
    union all
    select
        {{ columns }},
        case when receipt_rank = 1 then 'accepted' else 'duplicate' end as status
    from ranked_events

),

counted_events as (

    select
        {{ columns }},
        status,
        {{ try_decimal('raw_event_count') }} as stated_event_count
    from sorted_events

)

select
    {{ columns }},
    status,
    -- int_raw_problems lists the counts that are not whole numbers: such a row is one event
    case
        when
            stated_event_count between 0 and 1000000000000
            and stated_event_count = floor(stated_event_count)
            then cast(stated_event_count as {{ dbt.type_bigint() }})
        else 1
    end as event_count
from counted_events
