{#- Joins, where the engine has them: DuckDB judges `exists` for every row of the target, a join only
    for those of the listed keys. -#}
{% macro delete_joined(target, list, condition) -%}
    {{ return(adapter.dispatch("delete_joined")(target, list, condition)) }}
{%- endmacro %}

{% macro default__delete_joined(target, list, condition) -%}
    delete from {{ target }}
    where exists (select 1 from {{ list }} as listed where {{ condition }})
{%- endmacro %}

{% macro duckdb__delete_joined(target, list, condition) -%}
    delete from {{ target }} using {{ list }} as listed where {{ condition }}
{%- endmacro %}

{% macro postgres__delete_joined(target, list, condition) -%}
    {{ return(duckdb__delete_joined(target, list, condition)) }}
{%- endmacro %}

{% macro update_joined(target, column, changes, condition) -%}
    {{ return(adapter.dispatch("update_joined")(target, column, changes, condition)) }}
{%- endmacro %}

{% macro default__update_joined(target, column, changes, condition) -%}
    update {{ target }} set {{ column }} = changes.{{ column }}
    from ({{ changes }}) as changes
    where {{ condition }}
{%- endmacro %}

{#- No update knows a second table there (docs: "UPDATE", "MERGE"). -#}
{% macro trino__update_joined(target, column, changes, condition) -%}
    {{ return(spark__update_joined(target, column, changes, condition)) }}
{%- endmacro %}

{% macro spark__update_joined(target, column, changes, condition) -%}
    merge into {{ target }} as {{ target.identifier }}
    using ({{ changes }}) as changes
    on {{ condition }}
    when matched then update set {{ column }} = changes.{{ column }}
{%- endmacro %}

{% macro insert_keys(target, keys, rows) -%}
    {{ return(adapter.dispatch("insert_keys")(target, keys, rows)) }}
{%- endmacro %}

{% macro default__insert_keys(target, keys, rows) -%}
    insert into {{ target }} ({{ keys | join(", ") }})
    select {{ keys | join(", ") }} from {{ rows }}
{%- endmacro %}

{#- Iceberg has no default for what is not said. -#}
{% macro spark__insert_keys(target, keys, rows) -%}
    {%- set cells = [] -%}
    {%- for column in adapter.get_columns_in_relation(target) -%}
        {%- do cells.append(column.name if column.name in keys else "null") -%}
    {%- endfor -%}
    insert into {{ target }} select {{ cells | join(", ") }} from {{ rows }}
{%- endmacro %}
