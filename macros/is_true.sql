{#- Whether a raw cell says yes, be it a boolean or a text; what says nothing readable is no. -#}
{% macro is_true(expression) -%}
    coalesce(
        lower(cast({{ expression }} as {{ dbt.type_string() }})) in ('true', 't', 'yes', 'y', '1'),
        false
    )
{%- endmacro %}
