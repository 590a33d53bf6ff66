with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- who did what, and when last: no date is asked for
counts as (

    select
        counts.signal_id,
        counts.actor_id,
        counts.item,
        sum(counts.event_count) as event_count,
        max(counts.activity_date) as activity_date
    from {{ ref('int_signal_counts') }} as counts
    inner join as_of
        on counts.activity_date <= as_of.as_of_date
    group by counts.signal_id, counts.actor_id, counts.item

),

event_signals as (

    select
        signal_events.signal_id,
        signal_events.event_name
    from {{ ref('stg_config__signal_events') }} as signal_events
    inner join {{ ref('stg_config__signals') }} as signals
        on signal_events.signal_id = signals.signal_id
    where signals.property_name is null and signals.measure_property is null

),

sightings as (

    select
        signal_id,
        actor_id,
        activity_date
    from counts
    union all
    select
        event_signals.signal_id,
        counts.actor_id,
        counts.activity_date
    from counts
    inner join event_signals
        on counts.item = event_signals.event_name
    where counts.signal_id = 'any_activity'
    union all
    select
        event_signals.signal_id,
        counts.actor_id,
        counts.activity_date
    from counts
    inner join event_signals
        on counts.signal_id = 'any_activity' and event_signals.event_name = '*'
    union all
    select
        built_in_events.signal_id,
        built_in_events.entity_id as actor_id,
        built_in_events.activity_date
    from {{ ref('int_built_in_events') }} as built_in_events
    inner join as_of
        on built_in_events.activity_date <= as_of.as_of_date

),

-- before they meet the signals, so that a frequent one is counted in many places at once
signal_totals as (

    select
        signal_id,
        count(distinct actor_id) as entity_count,
        max(activity_date) as last_seen_on
    from sightings
    group by signal_id

),

event_totals as (

    select
        item as event_name,
        sum(event_count) as event_count,
        count(distinct actor_id) as actor_count,
        max(activity_date) as last_seen_on
    from counts
    where signal_id = 'any_activity'
    group by item

),

mapped_events as (

    select distinct event_name from {{ ref('stg_config__signal_events') }}

),

subjects as (

    select
        'signal' as subject_type,
        signals.signal_id as subject_id,
        true as is_mapped,
        cast(null as {{ dbt.type_bigint() }}) as event_count,
        coalesce(signal_totals.entity_count, 0) as entity_count,
        cast(null as decimal(9, 6)) as event_share,
        signal_totals.last_seen_on
    from {{ ref('stg_config__signals') }} as signals
    left join signal_totals
        on signals.signal_id = signal_totals.signal_id
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
