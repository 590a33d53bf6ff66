{#- JSON access, the one thing that dbt's cross-database macros lack. -#}

{% macro is_json_object(json_text) -%}
    {{ return(adapter.dispatch("is_json_object")(json_text)) }}
{%- endmacro %}

{% macro duckdb__is_json_object(json_text) -%}
    case when json_valid({{ json_text }}) then json_type({{ json_text }}) = 'OBJECT' else false end
{%- endmacro %}

{% macro json_property_type(json_text, key) -%}
    {{ return(adapter.dispatch("json_property_type")(json_text, key)) }}
{%- endmacro %}

{% macro duckdb__json_property_type(json_text, key) -%}
    nullif(json_type({{ json_text }}, {{ json_pointer(key) }}), 'NULL')
{%- endmacro %}

{% macro json_scalar(json_text, key) -%}
    {{ return(adapter.dispatch("json_scalar")(json_text, key)) }}
{%- endmacro %}

{% macro duckdb__json_scalar(json_text, key) -%}
    case
        when {{ json_property_type(json_text, key) }} not in ('OBJECT', 'ARRAY')
            then json_extract_string({{ json_text }}, {{ json_pointer(key) }})
    end
{%- endmacro %}

{% macro json_pointer(key) -%}
    '/' || replace(replace({{ key }}, '~', '~0'), '/', '~1')
{%- endmacro %}

{% macro nested_as_json(expression) -%}
    {{ return(adapter.dispatch("nested_as_json")(expression)) }}
{%- endmacro %}

{% macro default__nested_as_json(expression) -%}
    cast(to_json({{ expression }}) as {{ dbt.type_string() }})
{%- endmacro %}

{% macro bigquery__nested_as_json(expression) -%}
    to_json_string({{ expression }})
{%- endmacro %}

{% macro postgres__is_json_object(json_text) -%}
    coalesce(jsonb_typeof(pql_try_json({{ json_text }})) = 'object', false)
{%- endmacro %}

{% macro postgres__json_property_type(json_text, key) -%}
    nullif(upper(jsonb_typeof(pql_try_json({{ json_text }}) -> {{ key }})), 'NULL')
{%- endmacro %}

{% macro postgres__json_scalar(json_text, key) -%}
    case
        when jsonb_typeof(pql_try_json({{ json_text }}) -> {{ key }}) not in ('object', 'array')
            then pql_try_json({{ json_text }}) ->> {{ key }}
    end
{%- endmacro %}
