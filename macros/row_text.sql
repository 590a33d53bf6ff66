{#- What some columns of a row say, as one text that no other row has: each cell after its length.
    columns: their names; relation: whose they are. -#}
{% macro row_text(columns, relation) -%}
    {%- set cells = [] -%}
    {%- for column in columns -%}
        {%- set cell = "cast(" ~ relation ~ "." ~ column ~ " as " ~ dbt.type_string() ~ ")" -%}
        {%- set length = "cast(length(" ~ cell ~ ") as " ~ dbt.type_string() ~ ")" -%}
        {%- do cells.append("coalesce(" ~ length ~ " || ':' || " ~ cell ~ ", '-')") -%}
    {%- endfor -%}
    {{ return(cells | join(" || ")) }}
{%- endmacro %}

{#- A number for what some columns of a row say, the same for two others by a chance of one in 2^63,
    and so are the sums over two sets of rows: quick enough to tell whether very many rows are still
    the same, in any order.
    columns: their names; relation: whose they are. -#}
{% macro row_hash(columns, relation) -%}
    cast({{ adapter.dispatch("row_hash")(columns, relation) }} as {{ dbt.type_numeric() }})
{%- endmacro %}

{% macro default__row_hash(columns, relation) -%}
    hashtextextended({{ row_text(columns, relation) }}, 0)
{%- endmacro %}

{% macro redshift__row_hash(columns, relation) -%}
    farmfingerprint64({{ row_text(columns, relation) }})
{%- endmacro %}

{% macro bigquery__row_hash(columns, relation) -%}
    farm_fingerprint({{ row_text(columns, relation) }})
{%- endmacro %}

{% macro spark__row_hash(columns, relation) -%}
    xxhash64({{ row_text(columns, relation) }})
{%- endmacro %}

{% macro snowflake__row_hash(columns, relation) -%}
    hash({{ row_text(columns, relation) }})
{%- endmacro %}

{#- Hashed twice, for DuckDB only joins the hashes of the columns by their bits: rows that exchange a
    value would have the same sum far too often. -#}
{% macro duckdb__row_hash(columns, relation) -%}
    hash(hash(
        {%- for column in columns %}{{ relation }}.{{ column }}{{ ", " if not loop.last }}{% endfor -%}
    ))
{%- endmacro %}
