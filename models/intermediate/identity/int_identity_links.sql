with recursive

links as (

    select
        'user' as entity_type,
        from_id,
        to_user_id as to_id,
        linked_at
    from {{ ref('stg_product__identity_links') }}
    union all
    select
        'account' as entity_type,
        from_account_id as from_id,
        to_account_id as to_id,
        linked_at
    from {{ ref('stg_product__account_links') }}

),

ranked_links as (

    select
        *,
        row_number() over (
            partition by entity_type, from_id order by linked_at desc nulls last, to_id
        ) as link_rank
    from links

),

holding_links as (

    select
        entity_type,
        from_id,
        to_id
    from ranked_links
    where link_rank = 1

),

-- each id has one link at most: a chain that comes back to an id it has left never ends
chains as (

    select
        entity_type,
        from_id,
        to_id,
        1 as link_count
    from holding_links
    union all
    select
        chains.entity_type,
        chains.from_id,
        holding_links.to_id,
        chains.link_count + 1 as link_count
    from chains
    inner join holding_links
        on
            chains.entity_type = holding_links.entity_type
            and chains.to_id = holding_links.from_id
    where chains.link_count < {{ var('max_link_count') }}

),

ranked_chains as (

    select
        *,
        row_number() over (
            partition by entity_type, from_id order by link_count desc
        ) as chain_rank
    from chains

)

select
    entity_type,
    from_id,
    to_id,
    link_count,
    link_count = {{ var('max_link_count') }} as is_endless
from ranked_chains
where chain_rank = 1
