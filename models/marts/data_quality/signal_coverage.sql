with

clock as (

    select * from {{ ref('int_clock') }}

),

signal_days as (

    select signal_days.*
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join clock
        on signal_days.activity_date <= clock.as_of_date

),

signal_totals as (

    select
        'signal' as subject_type,
        signals.signal_id as subject_id,
        true as is_mapped,
        count(distinct signal_days.entity_type || ':' || signal_days.entity_id) as entity_count,
        max(signal_days.activity_date) as last_seen_on
    from {{ ref('int_signals') }} as signals
    left join signal_days
        on signals.signal_id = signal_days.signal_id
    group by signals.signal_id

),

event_totals as (

    select
        signal_counts.item as event_name,
        sum(signal_counts.event_count) as event_count,
        count(distinct signal_counts.actor_id) as actor_count,
        max(signal_counts.activity_date) as last_seen_on
    from {{ ref('int_signal_counts') }} as signal_counts
    inner join clock
        on signal_counts.activity_date <= clock.as_of_date
    where signal_counts.signal_id = 'any_activity'
    group by signal_counts.item

),

mapped_events as (

    select distinct event_name from {{ ref('int_signal_events') }}

),

subjects as (

    select
        subject_type,
        subject_id,
        is_mapped,
        cast(null as {{ dbt.type_bigint() }}) as event_count,
        entity_count,
        cast(null as decimal(9, 6)) as event_share,
        last_seen_on
    from signal_totals
    union all
    select
        'event' as subject_type,
        event_totals.event_name as subject_id,
        mapped_events.event_name is not null as is_mapped,
        event_totals.event_count,
        event_totals.actor_count as entity_count,
        cast(
            event_totals.event_count / nullif(sum(event_totals.event_count) over (), 0)
            as decimal(9, 6)
        ) as event_share,
        event_totals.last_seen_on
    from event_totals
    left join mapped_events
        on event_totals.event_name = mapped_events.event_name

)

select
    subject_type,
    subject_id,
    case
        when subject_type = 'signal' and entity_count = 0 then 'signal never seen'
        when subject_type = 'event' and not is_mapped and event_share >= 0.01
            then 'frequent event without a signal'
    end as finding,
    cast(event_count as {{ dbt.type_bigint() }}) as event_count,
    cast(entity_count as {{ dbt.type_bigint() }}) as entity_count,
    event_share,
    is_mapped,
    last_seen_on
from subjects
