with

members as (

    select
        *,
        case
            when email_opt_out then 5
            when contact_status = 'valid' then 1
            when contact_status = 'risky' then 2
            when contact_status = 'unknown' then 3
            else 4
        end as contact_rank
    from {{ ref('int_buying_groups') }}

),

best_contacts as (

    select
        *,
        min(contact_rank) over (partition by account_id) as best_rank
    from members

)

select
    'account' as entity_type,
    account_id as entity_id,
    case min(best_rank)
        when 1 then 'valid'
        when 2 then 'risky'
        when 4 then 'invalid'
        else 'unknown'
    end as contact_status,
    max(case when is_champion then user_id end) as champion_user_id,
    cast(count(*) as {{ dbt.type_int() }}) as buying_group_size,
    sum(case when is_decision_maker then 1 else 0 end) > 0 as decision_maker_known,
    min(best_rank) = 5 as is_opted_out,
    max(
        case when contact_rank = best_rank and best_rank < 5 then contact_verified_on end
    ) as contact_verified_on
from best_contacts
group by account_id
union all
select
    'user' as entity_type,
    user_id as entity_id,
    contact_status,
    cast(null as {{ dbt.type_string() }}) as champion_user_id,
    cast(null as {{ dbt.type_int() }}) as buying_group_size,
    cast(null as {{ dbt.type_boolean() }}) as decision_maker_known,
    email_opt_out as is_opted_out,
    contact_verified_on
from {{ ref('int_contacts') }}
