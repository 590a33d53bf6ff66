with

problems as (

    select * from {{ ref('int_column_problems') }}
    union all
    select * from {{ ref('int_cell_problems') }}
    union all
    select * from {{ ref('int_key_problems') }}
    union all
    select * from {{ ref('int_signal_problems') }}
    union all
    select * from {{ ref('int_condition_problems') }}
    union all
    select * from {{ ref('int_definition_problems') }}
    union all
    select * from {{ ref('int_rule_problems') }}
    union all
    select * from {{ ref('int_fit_rule_problems') }}
    union all
    select * from {{ ref('int_routing_problems') }}
    union all
    select * from {{ ref('int_routing_gaps') }}
    union all
    select * from {{ ref('int_raw_problems') }}

)

select distinct
    cast(file_name as {{ dbt.type_string() }}) as file_name,
    cast(row_key as {{ dbt.type_string() }}) as row_key,
    cast(column_name as {{ dbt.type_string() }}) as column_name,
    cast(problem as {{ dbt.type_string() }}) as problem,
    cast(suggested_fix as {{ dbt.type_string() }}) as suggested_fix,
    cast(severity as {{ dbt.type_string() }}) as severity
from problems
