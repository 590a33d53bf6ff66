{#- How rows are written into a table that stays: what dbt calls an incremental strategy. -#}

{% macro upsert_strategy() -%}
    {{ return("delete+insert" if target.type in ("duckdb", "postgres", "redshift") else "merge") }}
{%- endmacro %}

{#- dbt has no append for BigQuery; its merge without a key inserts alone. -#}
{% macro append_strategy() -%}
    {{ return("merge" if target.type == "bigquery" else "append") }}
{%- endmacro %}

{#- What has to be done whole or not at all, where several statements can be. dbt itself begins a
    transaction on Postgres, Redshift and DuckDB; Trino and Databricks have none over statements, and
    what is begun there is repaired by the next build (docs/engines.md). -#}
{% macro as_one(statements) -%}
    {{ return(adapter.dispatch("as_one")(statements)) }}
{%- endmacro %}

{% macro default__as_one(statements) -%}
    {{ return(statements | join(";\n")) }}
{%- endmacro %}

{% macro snowflake__as_one(statements) -%}
    {{ return("begin;\n" ~ statements | join(";\n") ~ ";\ncommit") }}
{%- endmacro %}

{% macro bigquery__as_one(statements) -%}
    {{ return("begin transaction;\n" ~ statements | join(";\n") ~ ";\ncommit transaction") }}
{%- endmacro %}

{#- Databricks sends one statement at a time, and dbt there a list of them. -#}
{% macro databricks__as_one(statements) -%}
    {{ return(statements) }}
{%- endmacro %}

{#- dbt for BigQuery refuses strategies that it does not know, and asks nobody for their SQL. -#}
{% macro dbt_bigquery_validate_get_incremental_strategy(config) -%}
    {{ return(config.get("incremental_strategy") or "merge") }}
{%- endmacro %}

{% macro bq_generate_incremental_build_sql(
    strategy, tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns,
    tmp_relation_exists, copy_partitions, incremental_predicates
) -%}
    {%- if strategy == "continued" -%}
        {{ return(get_incremental_continued_sql({
            "target_relation": target_relation,
            "temp_relation": tmp_relation,
            "unique_key": unique_key,
            "dest_columns": dest_columns,
        })) }}
    {%- endif -%}
    {{ return(bq_generate_incremental_merge_build_sql(
        tmp_relation, target_relation, sql, unique_key, partition_by, dest_columns, tmp_relation_exists,
        incremental_predicates
    )) }}
{%- endmacro %}
