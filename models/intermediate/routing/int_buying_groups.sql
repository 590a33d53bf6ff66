with

members as (

    select
        *,
        contact_status <> 'invalid' and not email_opt_out and active_days_28d > 0
            as is_possible_champion
    from {{ ref('int_contacts') }}
    where account_id is not null and has_email

),

ranked_members as (

    select
        *,
        case
            when is_possible_champion
                then row_number() over (
                    partition by account_id, is_possible_champion
                    order by active_days_28d desc, event_count_28d desc, user_id
                )
        end as champion_rank
    from members

)

select
    account_id,
    user_id,
    contact_status,
    cast(champion_rank as {{ dbt.type_int() }}) as champion_rank,
    active_days_28d,
    event_count_28d,
    coalesce(champion_rank = 1, false) as is_champion,
    is_decision_maker,
    contact_status = 'valid' as is_verified,
    email_opt_out,
    contact_verified_on
from ranked_members
