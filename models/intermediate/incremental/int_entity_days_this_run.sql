-- depends_on: {{ ref('int_days_to_process') }}, {{ ref('int_entities_to_resolve') }}
with

requested_signals as (

    select * from {{ ref('int_requested_signals') }}

),

named_signals as (

    select * from {{ ref('int_named_signals') }}

),

entity_signal_counts as (

    select * from {{ ref('int_entity_counts_this_run') }}

),

-- all names together, once for all who ask for that
any_counts as (

    select
        entity_type,
        entity_id,
        user_id,
        sum(event_count) as event_count,
        activity_date,
        max(latest_received_at) as latest_received_at
    from entity_signal_counts
    where signal_id = 'any_activity'
    group by entity_type, entity_id, user_id, activity_date

),

-- what there may be several rows of for an entity, item and day
signal_days as (

    select
        named_signals.signal_id,
        any_counts.entity_type,
        any_counts.entity_id,
        case when named_signals.measure = 'users' then any_counts.user_id end as item,
        any_counts.event_count,
        0 as value_sum,
        any_counts.activity_date,
        any_counts.latest_received_at
    from any_counts
    inner join named_signals
        on
            any_counts.entity_type = named_signals.entity_type
            and named_signals.event_name = '*'
    where not named_signals.is_a_row_per_day
    union all
    select
        named_signals.signal_id,
        entity_signal_counts.entity_type,
        entity_signal_counts.entity_id,
        case when named_signals.measure = 'users' then entity_signal_counts.user_id end as item,
        entity_signal_counts.event_count,
        0 as value_sum,
        entity_signal_counts.activity_date,
        entity_signal_counts.latest_received_at
    from entity_signal_counts
    inner join named_signals
        on
            entity_signal_counts.entity_type = named_signals.entity_type
            and entity_signal_counts.item = named_signals.event_name
    where entity_signal_counts.signal_id = 'any_activity' and entity_signal_counts.item <> '*'
    union all
    select
        entity_signal_counts.signal_id,
        entity_signal_counts.entity_type,
        entity_signal_counts.entity_id,
        case
            when signals.measure = 'users' then entity_signal_counts.user_id
            when signals.measure = 'distinct_values' then entity_signal_counts.item
        end as item,
        entity_signal_counts.event_count,
        entity_signal_counts.value_sum,
        entity_signal_counts.activity_date,
        entity_signal_counts.latest_received_at
    from entity_signal_counts
    inner join requested_signals
        on
            entity_signal_counts.entity_type = requested_signals.entity_type
            and entity_signal_counts.signal_id = requested_signals.signal_id
    inner join {{ ref('stg_config__signals') }} as signals
        on entity_signal_counts.signal_id = signals.signal_id
    where entity_signal_counts.signal_id <> 'any_activity'
    union all
    select
        built_in_events.signal_id,
        built_in_events.entity_type,
        built_in_events.entity_id,
        built_in_events.item,
        built_in_events.event_count,
        0 as value_sum,
        built_in_events.activity_date,
        cast(null as {{ dbt.type_timestamp() }}) as latest_received_at
    from {{ ref('int_built_in_events') }} as built_in_events
    inner join requested_signals
        on
            built_in_events.entity_type = requested_signals.entity_type
            and built_in_events.signal_id = requested_signals.signal_id
    {%- if existing_relation("int_resolution_manifest")
        and existing_relation("int_entity_signal_days") %}
    left join {{ ref('int_days_to_process') }} as days_to_process
        on built_in_events.activity_date = days_to_process.event_date
    left join {{ ref('int_entities_to_resolve') }} as entities_to_resolve
        on
            built_in_events.entity_type = entities_to_resolve.entity_type
            and built_in_events.entity_id = entities_to_resolve.entity_id
    where
        days_to_process.event_date is not null
        or entities_to_resolve.entity_id is not null
    {%- endif %}

)

select
    named_signals.signal_id,
    any_counts.entity_type,
    any_counts.entity_id,
    case when named_signals.measure = 'users' then any_counts.user_id end as item,
    cast(any_counts.event_count as {{ dbt.type_bigint() }}) as event_count,
    cast(0 as decimal(35, 6)) as value_sum,
    any_counts.activity_date,
    any_counts.latest_received_at
from any_counts
inner join named_signals
    on
        any_counts.entity_type = named_signals.entity_type
        and named_signals.event_name = '*'
where named_signals.is_a_row_per_day
union all
select
    signal_id,
    entity_type,
    entity_id,
    item,
    cast(sum(event_count) as {{ dbt.type_bigint() }}) as event_count,
    cast(sum(value_sum) as decimal(35, 6)) as value_sum,
    activity_date,
    max(latest_received_at) as latest_received_at
from signal_days
group by signal_id, entity_type, entity_id, item, activity_date
