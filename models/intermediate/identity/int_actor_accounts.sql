{{ config(materialized='view') }}

with

actor_accounts as (

    select
        coalesce(identity_links.to_id, signal_counts.actor_id) as user_id,
        signal_counts.account_id,
        max(signal_counts.activity_date) as activity_date
    from {{ ref('int_signal_counts') }} as signal_counts
    left join {{ ref('int_identity_links') }} as identity_links
        on
            signal_counts.actor_id = identity_links.from_id
            and identity_links.entity_type = 'user'
    where
        signal_counts.signal_id = 'any_activity'
        and signal_counts.actor_id is not null
    group by
        coalesce(identity_links.to_id, signal_counts.actor_id),
        signal_counts.account_id

),

ranked_accounts as (

    select
        *,
        row_number() over (
            partition by user_id
            order by
                case when account_id is null then 1 else 0 end,
                activity_date desc,
                account_id
        ) as account_rank
    from actor_accounts

)

select
    user_id,
    account_id
from ranked_accounts
where account_rank = 1
