{#- What goes wrong in the same ways for a property of an event and an attribute of an entity. -#}
with

signals as (

    {{ config_rows('signals') }}

),

fit_rules as (

    {{ config_rows('fit_rules') }}

),

conditions as (

    select
        'signals.csv' as file_name,
        row_key,
        'property_value' as column_name,
        property_operator as operator,
        property_value as expected
    from signals
    union all
    select
        'fit_rules.csv' as file_name,
        row_key,
        'value' as column_name,
        operator,
        value as expected
    from fit_rules

)

select
    'signals.csv' as file_name,
    row_key,
    case when property_name is null then 'property_name' else 'property_operator' end
        as column_name,
    'is blank, but another part of the filter is given' as problem,
    'write property_name, property_operator and property_value, or leave all three blank'
        as suggested_fix,
    'error' as severity
from signals
where
    coalesce(property_name, property_operator, property_value) is not null
    and (property_name is null or property_operator is null)

union all

select
    file_name,
    row_key,
    column_name,
    'is blank, but the operator is ' || operator as problem,
    'write what to compare with, or use the operator exists' as suggested_fix,
    'error' as severity
from conditions
where operator <> 'exists' and expected is null

union all

select
    file_name,
    row_key,
    column_name,
    '"' || expected || '" is not a number, but the operator is ' || operator as problem,
    'write a number, or use another operator' as suggested_fix,
    'error' as severity
from conditions
where
    operator in ('>=', '<=')
    and expected is not null
    and {{ try_decimal('expected') }} is null

union all

select
    file_name,
    row_key,
    column_name,
    '"' || expected || '" is compared as a whole, as the operator is ' || operator as problem,
    'use the operator in or not in for a list, or write one value' as suggested_fix,
    'warning' as severity
from conditions
where operator in ('=', '!=') and expected like '%|%'

union all

select
    file_name,
    row_key,
    column_name,
    'is not used, as the operator is exists' as problem,
    'leave the cell blank, or use another operator' as suggested_fix,
    'warning' as severity
from conditions
where operator = 'exists' and expected is not null
