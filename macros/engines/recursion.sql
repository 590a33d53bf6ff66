{#- Rows that lead to further rows, as the CTEs of a model: `given`, a pair of a name and what is read
    in every round, and `name`, the rows of `first` and what `next` makes of those of the last round. -#}
{% macro recursive_rows(name, given, first, next, is_distinct=false) -%}
    {{ return(adapter.dispatch("recursive_rows")(name, given, first, next, is_distinct)) }}
{%- endmacro %}

{% macro default__recursive_rows(name, given, first, next, is_distinct) -%}
recursive

{{ given[0] }} as (

    {{ given[1] | trim | indent(4) }}

),

{{ name }} as (

    {{ first | trim | indent(4) }}
    union{{ "" if is_distinct else " all" }}
    {{ next | trim | indent(4) }}

)
{%- endmacro %}

{#- Spark 3.5 has no recursion, and writes a CTE anew wherever it is read. -#}
{% macro spark__recursive_rows(name, given, first, next, is_distinct) -%}
    {{ return(rows_by_rounds(name, given, first, next, is_distinct)) }}
{%- endmacro %}

{#- The others recur by `union all` alone, and do not end where links go round in a circle (docs of each:
    "WITH"); Trino stops after ten rounds. -#}
{% macro redshift__recursive_rows(name, given, first, next, is_distinct) -%}
    {{ return(rows_by_rounds(name, given, first, next, is_distinct)) }}
{%- endmacro %}

{% macro snowflake__recursive_rows(name, given, first, next, is_distinct) -%}
    {{ return(rows_by_rounds(name, given, first, next, is_distinct)) }}
{%- endmacro %}

{% macro bigquery__recursive_rows(name, given, first, next, is_distinct) -%}
    {{ return(rows_by_rounds(name, given, first, next, is_distinct)) }}
{%- endmacro %}

{% macro trino__recursive_rows(name, given, first, next, is_distinct) -%}
    {{ return(rows_by_rounds(name, given, first, next, is_distinct)) }}
{%- endmacro %}

{#- Each round is a statement, and its rows are kept in a table beside the model's. -#}
{% macro rows_by_rounds(name, given, first, next, is_distinct) -%}
    {%- set rows = this.incorporate(path={"identifier": this.identifier ~ "__" ~ name}) -%}
    {%- set given_rows = this.incorporate(path={"identifier": this.identifier ~ "__" ~ given[0]}) -%}
    {%- if execute -%}
        {%- set round = namespace(number=0, is_last=false) -%}
        {%- set given_cte = given[0] ~ " as (select * from " ~ given_rows ~ ")" -%}
        {%- do replace_table(given_rows, given[1]) -%}
        {%- do replace_table(
            rows,
            "with " ~ given_cte ~ " select first_rows.*, 0 as round_number from (" ~ first
            ~ ") as first_rows",
        ) -%}
        {%- set columns = adapter.get_columns_in_relation(rows) | map(attribute="quoted") | list -%}
        {%- set columns = columns[:-1] | join(", ") -%}
        {%- for _ in range(100000) if not round.is_last -%}
            {%- set known = "select " ~ columns ~ " from " ~ rows -%}
            {%- do run_query(
                "insert into " ~ rows ~ " with " ~ given_cte ~ ", " ~ name ~ " as (" ~ known
                ~ " where round_number = " ~ round.number ~ ") select next_rows.*, "
                ~ (round.number + 1) ~ " from (" ~ next ~ (" " ~ dbt.except() ~ " " ~ known if is_distinct else "")
                ~ ") as next_rows"
            ) -%}
            {%- set round.number = round.number + 1 -%}
            {%- set round.is_last = run_query(
                "select 1 from " ~ rows ~ " where round_number = " ~ round.number ~ " limit 1"
            ).rows | length == 0 -%}
        {%- endfor -%}
    {%- endif -%}
{{ name }} as (

    select * from {{ rows }}

)
{%- endmacro %}

{% macro replace_table(relation, sql) -%}
    {{ return(adapter.dispatch("replace_table")(relation, sql)) }}
{%- endmacro %}

{% macro default__replace_table(relation, sql) -%}
    {%- do run_query("create or replace table " ~ relation ~ " as " ~ sql) -%}
{%- endmacro %}

{% macro spark__replace_table(relation, sql) -%}
    {%- do run_query("create or replace table " ~ relation ~ " using iceberg as " ~ sql) -%}
{%- endmacro %}

{% macro databricks__replace_table(relation, sql) -%}
    {{ return(default__replace_table(relation, sql)) }}
{%- endmacro %}

{% macro redshift__replace_table(relation, sql) -%}
    {%- do run_query("drop table if exists " ~ relation) -%}
    {%- do run_query("create table " ~ relation ~ " as " ~ sql) -%}
{%- endmacro %}
