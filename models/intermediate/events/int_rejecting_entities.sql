with

clock as (

    select * from {{ ref('int_clock') }}

),

rejects as (

    select
        {{ known_id('user_id') }} as user_id,
        {{ known_id('account_id') }} as account_id,
        recent_share
    from {{ ref('int_reject_dates') }}
    where recent_share > 0

),

placed_rejects as (

    {{ on_todays_identity('rejects') }}

),

event_counts as (

    select
        'user' as entity_type,
        holder_user_id as entity_id,
        0 as accepted_count,
        1 as rejected_count
    from placed_rejects
    union all
    select
        'account' as entity_type,
        holder_account_id as entity_id,
        0 as accepted_count,
        1 as rejected_count
    from placed_rejects
    union all
    select
        entity_counts.entity_type,
        entity_counts.entity_id,
        entity_counts.event_count as accepted_count,
        0 as rejected_count
    from {{ ref('int_entity_counts') }} as entity_counts
    inner join clock
        on
            entity_counts.activity_date
            > {{ add_days('clock.as_of_date', -var('reject_watch_days')) }}
    where entity_counts.signal_id = 'any_activity'

)

select
    entity_type,
    entity_id,
    cast(sum(rejected_count) as {{ dbt.type_bigint() }}) as rejected_count,
    cast(sum(accepted_count) as {{ dbt.type_bigint() }}) as accepted_count
from event_counts
where entity_id is not null
group by entity_type, entity_id
having sum(rejected_count) > sum(accepted_count)
