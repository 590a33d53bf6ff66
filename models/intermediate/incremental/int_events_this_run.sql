{#- The whole row as it was received: stands for a blank id, and orders rows received together. -#}
{%- set received_columns = [
    "event_id", "event_name", "raw_occurred_at", "raw_received_at", "user_id", "anonymous_id",
    "account_id", "properties", "raw_event_count",
] -%}
{%- set columns = (
    received_columns
    + ["reject_reason", "event_count", "is_count_misread", "placeholder_id", "counted_on", "event_date", "occurred_at", "received_at"]
) | join(", ") -%}

with

events_this_run as (

    select
        events.*,
        days_to_process.event_date as counted_on
    from {{ ref('stg_product__events') }} as events
    inner join {{ ref('int_days_to_process') }} as days_to_process
        on coalesce(events.event_date, {{ no_date() }}) = days_to_process.event_date
    {{ on_days_to_process('events.raw_occurred_at', 'timestamp') }}

),

candidate_events as (

    select
        *,
        -- the case, so that only rows without an id are put into text
        coalesce(
            event_id,
            case
                when event_id is null
                    then {{ dbt.hash(row_text(received_columns, 'events_this_run')) }}
            end
        ) as deduplication_id
    from events_this_run
    where reject_reason is null

),

-- few ids repeat, so that only their rows are hashed and ranked
repeated_ids as (

    select deduplication_id
    from candidate_events
    group by deduplication_id
    having count(*) > 1

),

ranked_events as (

    select
        candidate_events.*,
        row_number() over (
            partition by candidate_events.event_date, candidate_events.deduplication_id
            order by
                candidate_events.received_at,
                {{ dbt.hash(row_text(received_columns, 'candidate_events')) }}
        ) as receipt_rank
    from candidate_events
    inner join repeated_ids
        on candidate_events.deduplication_id = repeated_ids.deduplication_id

),

single_events as (

    select candidate_events.*
    from candidate_events
    left join repeated_ids
        on candidate_events.deduplication_id = repeated_ids.deduplication_id
    where repeated_ids.deduplication_id is null

),

sorted_events as (

    select
        {{ columns }},
        case reject_reason when 'forgotten' then 'forgotten' else 'rejected' end as status
    from events_this_run
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

)

-- an accepted event is written to be counted: how it was received is not asked any more
select
    case when status <> 'accepted' then event_id end as event_id,
    event_name,
    user_id,
    anonymous_id,
    account_id,
    properties,
    case when status <> 'accepted' or is_count_misread then raw_event_count end as raw_event_count,
    reject_reason,
    status,
    event_count,
    is_count_misread,
    placeholder_id,
    counted_on,
    event_date,
    case when status <> 'accepted' then raw_occurred_at end as raw_occurred_at,
    case when status <> 'accepted' then raw_received_at end as raw_received_at,
    occurred_at,
    received_at
from sorted_events
