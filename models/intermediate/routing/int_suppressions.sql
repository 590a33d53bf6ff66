{#- Of several reasons, the first of these speaks. -#}
{%- set reason_types = [
    "unborn", "override", "opportunity", "working", "rejected", "snoozed", "opt_out",
] -%}

with

users as (

    select * from {{ ref('int_users') }}
    where exclusion_reason is null

),

suppression_reasons as (

    select * from {{ ref('int_suppression_reasons') }}

),

own_reasons as (

    select * from suppression_reasons
    union all
    -- who works on one person talks to the company
    select
        'account' as entity_type,
        users.account_id as entity_id,
        suppression_reasons.reason_type,
        suppression_reasons.reason || ', through user ' || users.user_id as reason
    from suppression_reasons
    inner join users
        on
            suppression_reasons.entity_type = 'user'
            and suppression_reasons.entity_id = users.user_id
    where suppression_reasons.reason_type = 'working' and users.account_id is not null

),

reasons as (

    select
        *,
        0 as is_of_account
    from own_reasons
    union all
    -- what holds for an account holds for its people
    select
        'user' as entity_type,
        users.user_id as entity_id,
        own_reasons.reason_type,
        'its account: ' || own_reasons.reason as reason,
        1 as is_of_account
    from own_reasons
    inner join users
        on
            own_reasons.entity_type = 'account'
            and own_reasons.entity_id = users.account_id

),

ranked_reasons as (

    select
        *,
        row_number() over (
            partition by entity_type, entity_id
            order by
                case reason_type
                    {%- for reason_type in reason_types %}
                    when '{{ reason_type }}' then {{ loop.index }}
                    {%- endfor %}
                end,
                is_of_account,
                reason
        ) as reason_order
    from reasons

)

select
    entity_type,
    entity_id,
    substring(reason, 1, 255) as reason
from ranked_reasons
where reason_order = 1
