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

placed_counts as (

    {{ on_todays_identity('counts') }}

),

-- what an excluded user does counts for no account either
taking_part as (

    select * from placed_counts
    where user_exclusion_reason is null

)

select
    signal_id,
    'user' as entity_type,
    holder_user_id as entity_id,
    holder_user_id as user_id,
    item,
    event_count,
    value_sum,
    activity_date,
    latest_received_at
from taking_part
where holder_user_id is not null
union all
select
    taking_part.signal_id,
    'account' as entity_type,
    taking_part.holder_account_id as entity_id,
    taking_part.holder_user_id as user_id,
    taking_part.item,
    taking_part.event_count,
    taking_part.value_sum,
    taking_part.activity_date,
    taking_part.latest_received_at
from taking_part
inner join {{ ref('int_accounts') }} as accounts
    on taking_part.holder_account_id = accounts.account_id
where accounts.exclusion_reason is null
