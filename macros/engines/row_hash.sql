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

{#- From bytes to bytes (docs: "Binary functions"). -#}
{% macro trino__row_hash(columns, relation) -%}
    from_big_endian_64(xxhash64(to_utf8({{ row_text(columns, relation) }})))
{%- endmacro %}

{#- Hashed twice, for DuckDB only joins the hashes of the columns by their bits: rows that exchange a
    value would have the same sum far too often. -#}
{% macro duckdb__row_hash(columns, relation) -%}
    hash(hash(
        {%- for column in columns %}{{ relation }}.{{ column }}{{ ", " if not loop.last }}{% endfor -%}
    ))
{%- endmacro %}
