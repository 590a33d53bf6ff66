{#- The columns of accounts that fit rules may name. -#}
{%- set account_columns = {
    "account_name": "account_name", "domain": "domain", "domain_type": "domain_type",
    "employee_count": "employee_count", "industry": "industry", "country": "country",
    "plan_name": "plan_name", "seat_limit": "seat_limit", "created_at": "raw_created_at",
    "crm_account_id": "crm_account_id", "crm_owner_id": "crm_owner_id",
} -%}

with

users as (

    select * from {{ ref('int_users') }}
    where exclusion_reason is null

),

-- of the values known on a day, one of a higher precedence holds, and of those the latest
own_values as (

    {%- for attribute, column in account_columns.items() %}
    select
        'account' as entity_type,
        account_id as entity_id,
        '{{ attribute }}' as attribute,
        cast({{ column }} as {{ dbt.type_string() }}) as attribute_value,
        1 as precedence,
        {{ always() }} as known_from
    from {{ ref('int_accounts') }}
    union all
    {%- endfor %}
    {%- for attribute in ["job_title", "domain_type"] %}
    select
        'user' as entity_type,
        user_id as entity_id,
        '{{ attribute }}' as attribute,
        {{ attribute }} as attribute_value,
        3 as precedence,
        {{ always() }} as known_from
    from users
    union all
    {%- endfor %}
    -- an id that a link supersedes has no say: the survivor's own rows count
    select
        attributes.entity_type,
        attributes.entity_id,
        attributes.attribute,
        attributes.attribute_value,
        case attributes.entity_type when 'account' then 2 else 4 end as precedence,
        attributes.known_from
    from {{ ref('stg_product__attributes') }} as attributes
    left join {{ ref('int_identity_links') }} as identity_links
        on
            attributes.entity_type = identity_links.entity_type
            and attributes.entity_id = identity_links.from_id
    where identity_links.from_id is null

),

-- an account has as many job titles as it has users: item tells them apart
entity_values as (

    select
        *,
        '' as item
    from own_values
    union all
    select
        'account' as entity_type,
        users.account_id as entity_id,
        own_values.attribute,
        own_values.attribute_value,
        own_values.precedence,
        own_values.known_from,
        users.user_id as item
    from own_values
    inner join users
        on
            own_values.entity_type = 'user'
            and own_values.entity_id = users.user_id
    where own_values.attribute = 'job_title' and users.account_id is not null
    union all
    select
        'user' as entity_type,
        users.user_id as entity_id,
        own_values.attribute,
        own_values.attribute_value,
        own_values.precedence,
        own_values.known_from,
        '' as item
    from own_values
    inner join users
        on
            own_values.entity_type = 'account'
            and own_values.entity_id = users.account_id
    where own_values.attribute <> 'domain_type'

),

requested_values as (

    select entity_values.*
    from entity_values
    inner join {{ ref('int_requested_attributes') }} as requested_attributes
        on
            entity_values.entity_type = requested_attributes.entity_type
            and entity_values.attribute = requested_attributes.attribute

),

-- a value is superseded by the next of its precedence, or by the first of a higher one; of several
-- known from one day the smallest holds
ordered_values as (

    select
        *,
        min(known_from) over (
            partition by entity_type, entity_id, attribute, item
            order by precedence desc, known_from desc, attribute_value
            rows between unbounded preceding and 1 preceding
        ) as superseded_from
    from requested_values

)

select
    entity_type,
    entity_id,
    attribute,
    item,
    attribute_value,
    known_from as valid_from,
    superseded_from as valid_to
from ordered_values
where superseded_from is null or superseded_from > known_from
