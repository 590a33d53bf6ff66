{#- Ephemeral: no relation of the database may hold whom it is to forget. -#}
{{ config(materialized='ephemeral') }}
-- depends_on: {{ ref('stg_product__forgotten_hashes') }}
{%- if raw_columns("deletion_requests") is none %}
select
    cast(null as {{ dbt.type_string() }}) as name,
    cast(null as date) as requested_on
from (select 1 as no_request) as no_requests
where 1 = 0
{%- else %}
with

names as (

    {%- for table, column in [
        ("deletion_requests", "user_id"), ("deletion_requests", "email"), ("users", "user_id"),
        ("users", "email"), ("identity_links", "from_id"), ("identity_links", "to_user_id"),
    ] %}
    {{ union_distinct() if not loop.first }}
    select {{ column }} as name
    from {{ all_raw_rows(table) }} as raw_rows
    {%- endfor %}

)

select
    names.name,
    forgotten_hashes.requested_on
from names
inner join {{ ref('stg_product__forgotten_hashes') }} as forgotten_hashes
    on {{ dbt.hash('names.name') }} = forgotten_hashes.name_hash
{%- endif %}
