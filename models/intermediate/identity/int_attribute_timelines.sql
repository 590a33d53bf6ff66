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

accounts as (

    select * from {{ ref('int_accounts') }}

),

-- an id that a link supersedes has no say: the survivor's own rows count
surviving_attributes as (

    select attributes.*
    from {{ ref('stg_product__attributes') }} as attributes
    left join {{ ref('int_identity_links') }} as identity_links
        on
            attributes.entity_type = identity_links.entity_type
            and attributes.entity_id = identity_links.from_id
    where identity_links.from_id is null

),

asked_attributes as (

    select
        fit_rules.attribute,
        definitions.entity_type
    from {{ ref('stg_config__fit_rules') }} as fit_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on fit_rules.definition_key = definitions.definition_key
    union
    select
        definition_rules.min_value_of as attribute,
        definitions.entity_type
    from {{ ref('stg_config__definition_rules') }} as definition_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key
    where definition_rules.min_value_of is not null
    union
    -- what routes leads, and what results are broken down by
    select
        'employee_count' as attribute,
        'account' as entity_type
    union
    select
        'industry' as attribute,
        'account' as entity_type

),

-- of the values known on a day, one of a higher precedence holds, and of those the latest
account_values as (

    {%- for attribute, column in account_columns.items() %}
    select
        account_id,
        '{{ attribute }}' as attribute,
        cast({{ column }} as {{ dbt.type_string() }}) as attribute_value,
        1 as precedence,
        {{ always() }} as known_from
    from accounts
    union all
    {%- endfor %}
    select
        entity_id as account_id,
        attribute,
        attribute_value,
        2 as precedence,
        known_from
    from surviving_attributes
    where entity_type = 'account'

),

user_values as (

    select
        user_id,
        'job_title' as attribute,
        job_title as attribute_value,
        3 as precedence,
        {{ always() }} as known_from
    from users
    union all
    select
        user_id,
        'domain_type' as attribute,
        domain_type as attribute_value,
        3 as precedence,
        {{ always() }} as known_from
    from users
    union all
    select
        entity_id as user_id,
        attribute,
        attribute_value,
        4 as precedence,
        known_from
    from surviving_attributes
    where entity_type = 'user'

),

-- an account has as many job titles as it has users: item tells them apart
entity_values as (

    select
        'account' as entity_type,
        account_id as entity_id,
        attribute,
        '' as item,
        attribute_value,
        precedence,
        known_from
    from account_values
    union all
    select
        'account' as entity_type,
        users.account_id as entity_id,
        user_values.attribute,
        user_values.user_id as item,
        user_values.attribute_value,
        user_values.precedence,
        user_values.known_from
    from user_values
    inner join users
        on user_values.user_id = users.user_id
    where user_values.attribute = 'job_title' and users.account_id is not null
    union all
    select
        'user' as entity_type,
        user_id as entity_id,
        attribute,
        '' as item,
        attribute_value,
        precedence,
        known_from
    from user_values
    union all
    select
        'user' as entity_type,
        users.user_id as entity_id,
        account_values.attribute,
        '' as item,
        account_values.attribute_value,
        account_values.precedence,
        account_values.known_from
    from account_values
    inner join users
        on account_values.account_id = users.account_id
    where account_values.attribute <> 'domain_type'

),

asked_values as (

    select entity_values.*
    from entity_values
    inner join asked_attributes
        on
            entity_values.entity_type = asked_attributes.entity_type
            and entity_values.attribute = asked_attributes.attribute

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
    from asked_values

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
