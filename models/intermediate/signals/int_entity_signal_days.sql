with

counts as (

    select * from {{ ref('int_signal_counts') }}

),

signals as (

    select
        signal_id,
        measure
    from {{ ref('int_signals') }}

),

identity_links as (

    select * from {{ ref('int_identity_links') }}

),

users as (

    select * from {{ ref('int_users') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

-- today's identity; a user or account that is excluded takes no part
user_counts as (

    select
        counts.signal_id,
        users.user_id,
        case
            when signals.measure = 'distinct_values' then counts.item
            when signals.measure = 'users' or counts.signal_id = 'any_activity' then users.user_id
        end as item,
        coalesce(account_links.to_id, counts.account_id, users.account_id) as account_id,
        counts.event_count,
        counts.value_sum,
        counts.activity_date,
        users.exclusion_reason
    from counts
    left join signals
        on counts.signal_id = signals.signal_id
    left join identity_links as user_links
        on
            counts.actor_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join users
        on coalesce(user_links.to_id, counts.actor_id) = users.user_id
    left join identity_links as account_links
        on
            counts.account_id = account_links.from_id
            and account_links.entity_type = 'account'

),

entity_counts as (

    select
        signal_id,
        'user' as entity_type,
        user_id as entity_id,
        item,
        event_count,
        value_sum,
        activity_date
    from user_counts
    where user_id is not null and exclusion_reason is null
    union all
    select
        user_counts.signal_id,
        'account' as entity_type,
        user_counts.account_id as entity_id,
        user_counts.item,
        user_counts.event_count,
        user_counts.value_sum,
        user_counts.activity_date
    from user_counts
    inner join accounts
        on user_counts.account_id = accounts.account_id
    where user_counts.exclusion_reason is null and accounts.exclusion_reason is null
    union all
    select
        signal_id,
        entity_type,
        entity_id,
        item,
        event_count,
        cast(0 as decimal(28, 6)) as value_sum,
        activity_date
    from {{ ref('int_built_in_events') }}

)

select
    signal_id,
    entity_type,
    entity_id,
    item,
    cast(sum(event_count) as {{ dbt.type_bigint() }}) as event_count,
    cast(sum(value_sum) as decimal(28, 6)) as value_sum,
    activity_date
from entity_counts
group by signal_id, entity_type, entity_id, item, activity_date
