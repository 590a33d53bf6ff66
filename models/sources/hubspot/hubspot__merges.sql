{%- set survivors = {
    "contact": source_rows('hubspot', 'contacts'), "company": source_rows('hubspot', 'companies'),
    "deal": source_rows('hubspot', 'deals'),
} -%}

with

survivors as (

    {%- for object_type, rows in survivors.items() %}
    {{ "union all" if not loop.first }}
    select
        '{{ object_type }}' as object_type,
        {{ object_type }}_id as to_id,
        replace(merged_ids, ';', '|') as merged_ids
    from {{ rows }} as {{ object_type }}_rows
    where merged_ids is not null
    {%- endfor %}

),

listed_ids as (

    {{ list_items('survivors', ['object_type', 'to_id'], 'merged_ids') | indent(4) }}

),

merged_records as (

    select
        object_type,
        trim(item) as from_id,
        to_id,
        cast(null as {{ dbt.type_string() }}) as merged_at
    from listed_ids
    union all
    select
        'contact' as object_type,
        from_id,
        to_id,
        cast(merged_at as {{ dbt.type_string() }}) as merged_at
    from {{ source_rows('hubspot', 'contact_merges') }} as contact_merges
    union all
    select
        'deal' as object_type,
        from_id,
        to_id,
        cast(null as {{ dbt.type_string() }}) as merged_at
    from {{ source_rows('hubspot', 'deal_merges') }} as deal_merges

)

-- who was merged twice is on the lists of both, and the second may itself be merged away
select
    object_type,
    from_id,
    min(to_id) as to_id,
    max(merged_at) as merged_at
from merged_records
where from_id <> '' and from_id <> to_id
group by object_type, from_id
