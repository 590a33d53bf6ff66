with

as_of as (

    select * from {{ ref('int_as_of') }}

),

rejects as (

    select
        {{ known_id('user_id') }} as user_id,
        {{ known_id('account_id') }} as account_id,
        recent_share
    from {{ ref('int_reject_dates') }}
    where recent_share > 0

),

resolved_rejects as (

    {{ with_resolved_identity('rejects') }}

),

event_counts as (

    select
        'user' as entity_type,
        resolved_user_id as entity_id,
        0 as accepted_count,
        1 as rejected_count
    from resolved_rejects
    union all
    select
        'account' as entity_type,
        resolved_account_id as entity_id,
        0 as accepted_count,
        1 as rejected_count
    from resolved_rejects
    union all
    select
        signal_days.entity_type,
        signal_days.entity_id,
        signal_days.event_count as accepted_count,
        0 as rejected_count
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join as_of
        on
            signal_days.activity_date
            > {{ add_days('as_of.as_of_date', -var('reject_watch_days')) }}
    where signal_days.signal_id = 'any_activity'

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
