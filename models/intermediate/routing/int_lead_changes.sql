{%- set published_relation = existing_relation('pql_published') -%}
{%- set forgotten_users = ref('stg_product__forgotten_hashes') %}
-- depends_on: {{ ref('int_reject_shares') }}

with

leads as (

    select * from {{ ref('int_leads') }}

),

published as (

    {% if published_relation and not var('as_of') -%}
    select
        published.definition_id,
        published.entity_type,
        published.entity_id,
        published.change,
        row_number() over (
            partition by published.definition_id, published.entity_type, published.entity_id
            order by published.published_at desc
        ) as recency
    from {{ published_relation }} as published
    left join {{ forgotten_users }} as forgotten_users
        on
            {{ dbt.hash('published.entity_id') }} = forgotten_users.name_hash
            and published.entity_type = 'user'
    where forgotten_users.name_hash is null
    {%- else -%}
    select
        definition_id,
        entity_type,
        entity_id,
        last_change_reason as change,
        1 as recency
    from leads
    where 1 = 0
    {%- endif %}

),

last_published as (

    select * from published
    where recency = 1 and change = 'qualified'

),

-- before the first publication nobody is surprised
publication as (

    select count(*) > 0 as is_there from published

)

select
    coalesce(leads.definition_id, last_published.definition_id) as definition_id,
    coalesce(leads.entity_type, last_published.entity_type) as entity_type,
    coalesce(leads.entity_id, last_published.entity_id) as entity_id,
    case
        when leads.entity_id is null then 'merged, excluded, deleted, or its definition not live'
        else coalesce(leads.last_change_reason, 'never qualified, by what is known now')
    end as reason,
    coalesce(leads.is_qualified, false) as is_qualified,
    last_published.entity_id is not null as was_qualified
from leads
full outer join last_published
    on
        leads.definition_id = last_published.definition_id
        and leads.entity_type = last_published.entity_type
        and leads.entity_id = last_published.entity_id
cross join publication
where
    publication.is_there
    and (leads.is_qualified or last_published.entity_id is not null)
