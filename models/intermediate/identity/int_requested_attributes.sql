{{ config(materialized='view') }}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}

)

select
    definitions.entity_type,
    fit_rules.attribute
from {{ ref('stg_config__fit_rules') }} as fit_rules
inner join definitions
    on fit_rules.definition_key = definitions.definition_key
{{ union_distinct() }}
select
    definitions.entity_type,
    definition_rules.min_value_of as attribute
from {{ ref('stg_config__definition_rules') }} as definition_rules
inner join definitions
    on definition_rules.definition_key = definitions.definition_key
where definition_rules.min_value_of is not null
{{ union_distinct() }}
-- what routes leads, and what results are broken down by
select
    'account' as entity_type,
    'employee_count' as attribute
{{ union_distinct() }}
select
    'account' as entity_type,
    'industry' as attribute
