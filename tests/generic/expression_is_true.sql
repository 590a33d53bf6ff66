{#- No row breaks an expression over its columns; one that is null is not broken.
    expression: one expression, or a list of them, read in one scan; what fails names the first
    that its rows break. -#}
{% test expression_is_true(model, expression) %}

{%- set expressions = [expression] if expression is string else expression %}

select
    case
        {%- for expression in expressions %}
        when not ({{ expression }}) then {{ dbt.string_literal(dbt.escape_single_quotes(expression)) }}
        {%- endfor %}
    end as broken_expression,
    count(*) as row_count
from {{ model }}
where not ({{ expressions | join(")\n    or not (") }})
group by 1

{% endtest %}
