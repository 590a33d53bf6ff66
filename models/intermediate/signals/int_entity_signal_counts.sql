-- a view: all counts over again, and twice, would cost more to keep than to place them anew
{{ config(materialized='view') }}

with

counts as (

    select
        signal_id,
        actor_id as user_id,
        account_id,
        item,
        event_count,
        value_sum,
        activity_date,
        latest_received_at
    from {{ ref('int_signal_counts') }}

),

resolved_counts as (

    {{ with_resolved_identity('counts') }}

),

-- what an excluded user does counts for no account either
included_counts as (

    select * from resolved_counts
    where user_exclusion_reason is null

)

select
    signal_id,
    'user' as entity_type,
    resolved_user_id as entity_id,
    resolved_user_id as user_id,
    item,
    event_count,
    value_sum,
    activity_date,
    latest_received_at
from included_counts
where resolved_user_id is not null
union all
select
    included_counts.signal_id,
    'account' as entity_type,
    included_counts.resolved_account_id as entity_id,
    included_counts.resolved_user_id as user_id,
    included_counts.item,
    included_counts.event_count,
    included_counts.value_sum,
    included_counts.activity_date,
    included_counts.latest_received_at
from included_counts
inner join {{ ref('int_accounts') }} as accounts
    on included_counts.resolved_account_id = accounts.account_id
where accounts.exclusion_reason is null
