{#- Texts in SQL. Spark reads a backslash as the start of an escape, and a quote twice as two texts. -#}
{% macro spark__escape_single_quotes(expression) -%}
    {{ expression | replace("\\", "\\\\") | replace("'", "\\'") }}
{%- endmacro %}
