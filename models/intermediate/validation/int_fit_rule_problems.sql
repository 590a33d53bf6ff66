{%- set domain_types = [
    "internal", "competitor", "partner", "free", "disposable", "education", "business", "unknown",
] -%}

with

fit_rules as (

    {{ config_rows('fit_rules') }}

),

domain_type_rules as (

    select * from fit_rules
    where lower(attribute) = 'domain_type' and operator in ('=', '!=', 'in', 'not in')

),

domain_types as (

    {{ list_items('domain_type_rules', ['row_key'], 'value') }}

)

{% for column, effect in [
    ("when_missing", "gate"), ("gate_group", "gate"), ("points", "points"),
] -%}
select
    'fit_rules.csv' as file_name,
    row_key,
    '{{ column }}' as column_name,
    'is only used where effect is {{ effect }}' as problem,
    'leave the cell blank' as suggested_fix,
    'warning' as severity
from fit_rules
where effect <> '{{ effect }}' and {{ column }} is not null

union all

{% endfor -%}
select
    'fit_rules.csv' as file_name,
    row_key,
    'points' as column_name,
    'is blank, so that the rule adds nothing' as problem,
    'write a number' as suggested_fix,
    'warning' as severity
from fit_rules
where effect = 'points' and points is null

union all

select
    'fit_rules.csv' as file_name,
    row_key,
    'value' as column_name,
    '"' || item || '" is no domain_type' as problem,
    'write one of {{ domain_types | join(", ") }}' as suggested_fix,
    'error' as severity
from domain_types
where
    lower(trim(item)) not in (
        {%- for domain_type in domain_types %}
        '{{ domain_type }}'{{ "," if not loop.last }}
        {%- endfor %}
    )
