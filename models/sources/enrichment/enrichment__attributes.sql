{%- set kinds = {"companies": "account", "people": "user"} -%}

with

accounts as (

    select
        account_id as entity_id,
        domain as found_by
    from {{ raw_table('accounts') }} as accounts

),

users as (

    select
        user_id as entity_id,
        email as found_by
    from {{ raw_table('users') }} as users

),

look_ups as (
    {% for table, entity_type in kinds.items() %}
    {%- set form = "domain" if entity_type == "account" else "mail" %}
    {%- if not loop.first %}
    union all
    {% endif %}
    select
        '{{ entity_type }}' as entity_type,
        coalesce(found_rows.entity_id, {{ entity_type }}s.entity_id) as entity_id,
        found_rows.known_from,
        found_rows.columns_of_all
    from {{ source_rows('enrichment', table) }} as found_rows
    left join {{ entity_type }}s
        on
            found_rows.entity_id is null
            and {{ entity_type }}s.found_by = (
                {{ in_form('found_rows.found_by', {'meta': {'form': form}}) }}
            )
    {%- endfor %}

),

attributes as (
    {% for attribute in wide_attributes('enrichment', kinds) %}
    {%- if not loop.first %}
    union all
    {% endif %}
    select
        entity_type,
        entity_id,
        {{ text_literal(attribute) }} as attribute,
        {{ json_at('columns_of_all', attribute.split('.')) }} as value,
        known_from
    from look_ups
    {%- endfor %}

)

select
    entity_type,
    entity_id,
    attribute,
    value,
    known_from
from attributes
where value is not null and entity_id is not null
