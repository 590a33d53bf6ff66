with

actors as (

    select distinct
        actor_id as user_id,
        account_id
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity'

),

resolved_actors as (

    {{ with_resolved_identity('actors') }}

)

-- what an excluded user does counts for no account either
select
    resolved_actors.user_id as actor_id,
    resolved_actors.account_id,
    case
        when resolved_actors.user_exclusion_reason is null then resolved_actors.resolved_user_id
    end as resolved_user_id,
    case
        when resolved_actors.user_exclusion_reason is null and accounts.exclusion_reason is null
            then accounts.account_id
    end as resolved_account_id
from resolved_actors
left join {{ ref('int_accounts') }} as accounts
    on resolved_actors.resolved_account_id = accounts.account_id
