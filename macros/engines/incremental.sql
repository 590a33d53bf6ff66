{#- What dbt's materializations lack on Spark: the project's own strategy, and columns that go. A
    statement runs alone there, and what is written is not held back until the last one is done. -#}

{% macro dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format) -%}
    {{ return(raw_strategy) }}
{%- endmacro %}

{% macro dbt_spark_get_incremental_sql(
    strategy, source, target, existing, unique_key, incremental_predicates
) -%}
    {%- if strategy == "append" -%}
        {{ return(get_insert_into_sql(source, target)) }}
    {%- elif strategy == "merge" -%}
        {{ return(get_merge_sql(target, source, unique_key, none, incremental_predicates)) }}
    {%- endif -%}
    {#- read more than once, and while the target changes: no view -#}
    {%- set new_rows = target.incorporate(path={"identifier": target.identifier ~ "__new_rows"}) -%}
    {%- do replace_table(new_rows, "select * from " ~ source) -%}
    {%- set statements = get_incremental_continued_sql({
        "target_relation": target,
        "temp_relation": new_rows,
        "unique_key": unique_key,
        "dest_columns": adapter.get_columns_in_relation(target),
    }) -%}
    {%- for statement in statements.split(";") -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
    drop table {{ new_rows }}
{%- endmacro %}

{% macro spark__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- for column in remove_columns or [] -%}
        {%- do run_query("alter table " ~ relation ~ " drop column " ~ column.quoted) -%}
    {%- endfor -%}
    {%- for column in add_columns or [] -%}
        {%- do run_query(
            "alter table " ~ relation ~ " add column " ~ column.quoted ~ " " ~ column.data_type
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- With Iceberg's extensions a view that is replaced goes on as it was (1.10): it is made anew. -#}
{% macro spark__create_view_as(relation, sql) -%}
    {%- do run_query("drop view if exists " ~ relation) -%}
    {{ return(dbt.spark__create_view_as(relation, sql)) }}
{%- endmacro %}
