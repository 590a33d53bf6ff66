{%- set holding_links %}
    select
        entity_type,
        from_id,
        to_id
    from (
        select
            links.*,
            row_number() over (
                partition by entity_type, from_id order by linked_at desc nulls last, to_id
            ) as link_rank
        from (
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
        ) as links
    ) as ranked_links
    where link_rank = 1
{%- endset %}
{#- Each id has one link at most: a chain that comes back to an id it has left never ends. So that
    it is noticed however long the way is, an id of the way is kept in mind, another one each time
    the way has doubled (Brent 1980, An improved Monte Carlo factorization algorithm). -#}
{%- set first_links %}
    select
        entity_type,
        from_id,
        to_id,
        to_id as kept_id,
        1 as link_count,
        2 as keep_at_count,
        false as is_endless
    from holding_links
{%- endset %}
{%- set next_links %}
    select
        chains.entity_type,
        chains.from_id,
        holding_links.to_id,
        case
            when chains.link_count + 1 = chains.keep_at_count then holding_links.to_id
            else chains.kept_id
        end as kept_id,
        chains.link_count + 1 as link_count,
        case
            when chains.link_count + 1 = chains.keep_at_count then chains.keep_at_count * 2
            else chains.keep_at_count
        end as keep_at_count,
        holding_links.to_id = chains.kept_id as is_endless
    from chains
    inner join holding_links
        on
            chains.entity_type = holding_links.entity_type
            and chains.to_id = holding_links.from_id
    where not chains.is_endless
{%- endset %}

with {{ recursive_rows("chains", ("holding_links", holding_links), first_links, next_links) }},

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
    is_endless
from ranked_chains
where chain_rank = 1
