{#- A domain and its parents are looked up: mail.acme.com is acme.com's. -#}
with

domains as (

    select mail_domain as domain from {{ ref('stg_product__users') }}
    where mail_domain is not null
    {{ union_distinct() }}
    select domain from {{ ref('stg_product__accounts') }}
    where domain is not null

),

-- no domain has more than 253 characters
positions as (

    select cast(generated_number as {{ dbt.type_int() }}) as character_number
    from ({{ dbt.generate_series(256) }}) as numbers

),

-- itself, and what comes after each of its dots
parents as (

    select
        domain,
        domain as parent,
        0 as dot_position
    from domains
    union all
    select
        domains.domain,
        substring(domains.domain, positions.character_number + 1) as parent,
        positions.character_number as dot_position
    from domains
    inner join positions
        on substring(domains.domain, positions.character_number, 1) = '.'

),

listed_domains as (

    select
        domain,
        domain_type,
        1 as list_rank
    from {{ ref('stg_config__special_domains') }}
    union all
    select
        domain,
        domain_type,
        2 as list_rank
    from {{ ref('mail_domains') }}

),

ranked_types as (

    select
        parents.domain,
        listed_domains.domain_type,
        row_number() over (
            partition by parents.domain
            order by
                coalesce(listed_domains.list_rank, 3),
                parents.dot_position,
                listed_domains.domain_type
        ) as type_rank
    from parents
    left join listed_domains
        on parents.parent = listed_domains.domain

)

select
    domain,
    coalesce(domain_type, 'business') as domain_type
from ranked_types
where type_rank = 1
