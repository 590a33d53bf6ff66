with

problems as (

    {{ raw_problems() | join("\nunion all\n") | indent(4) }}
    union all
    select
        case entity_type when 'user' then 'identity_links' else 'account_links' end as file_name,
        from_id as row_key,
        case entity_type when 'user' then 'from_id' else 'from_account_id' end as column_name,
        'the links from this id never end: they come back to an id they left' as problem,
        'take out one link of the circle' as suggested_fix,
        'error' as severity
    from {{ ref('int_identity_links') }}
    where is_endless

)

select
    cast(file_name as {{ dbt.type_string() }}) as file_name,
    cast(row_key as {{ dbt.type_string() }}) as row_key,
    cast(column_name as {{ dbt.type_string() }}) as column_name,
    cast(problem as {{ dbt.type_string() }}) as problem,
    cast(suggested_fix as {{ dbt.type_string() }}) as suggested_fix,
    cast(severity as {{ dbt.type_string() }}) as severity
from problems
