{#- How a config file is read. -#}

{#- The rows of a file as text, blank cells null: every column of the contract (blank if the file
    lacks it), words of a closed list and domains in lower case, lists without blanks around their
    items; row_key, which names the row in a message; and, in a file about definitions,
    definition_key. Rows with nothing in them are left out. -#}
{% macro config_rows(file) -%}
    {%- set relation = ref(file) -%}
    {%- set found = config_columns_found(file) -%}
    {%- set columns = config_contract(file) -%}
    {%- set names = columns | map(attribute="name") | list -%}
    select
        *,
        {%- if "version" in names %}
        definition_id
        || '@'
        || cast({{ config_integer("version") }} as {{ dbt.type_string() }}) as definition_key,
        {%- endif %}
        {{ config_row_key(columns) }} as row_key
    from (
        select
            {%- for column in columns %}
            {% if column.name in found -%}
            {{ config_cell(column) }}
            {%- else -%}
            cast(null as {{ dbt.type_string() }})
            {%- endif %} as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) as cells
    where coalesce({{ names | join(", ") }}) is not null
{%- endmacro %}

{#- The cell of a column as it is meant. Ids, and what is compared with data, keep their case. -#}
{% macro config_cell(column) -%}
    {%- set is_word = column.meta.allowed is defined and column.meta.references is not defined -%}
    {%- set cell = "trim(cast(" ~ column.name ~ " as " ~ dbt.type_string() ~ "))" -%}
    {%- if column.meta.type == "list" -%}
        {%- set cell = normalize_list(cell) -%}
    {%- endif -%}
    {%- if is_word or column.meta.type in ("boolean", "domain") -%}
        {%- set cell = "lower(" ~ cell ~ ")" -%}
    {%- endif -%}
    nullif({{ cell }}, '')
{%- endmacro %}

{#- What names a row in a message: its key, such as `six_signal v1 / pricing`. -#}
{% macro config_row_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns if column.meta.key -%}
        {%- set part = column.name ~ ", '?'" -%}
        {%- if column.meta.type == "integer" -%}
            {%- set number = config_integer(column.name) -%}
            {%- set part = "cast(" ~ number ~ " as " ~ dbt.type_string() ~ "), " ~ part -%}
        {%- endif -%}
        {%- if parts -%}
            {%- do parts.append("' v'" if column.name == "version" else "' / '") -%}
        {%- endif -%}
        {%- do parts.append("coalesce(" ~ part ~ ")") -%}
    {%- endfor -%}
    {{ parts | join(" || ") }}
{%- endmacro %}

{#- A cell as a decimal of a type; null where it is blank or no number that fits: an error of
    config_problems by then. -#}
{% macro config_decimal(cell, data_type) -%}
    cast(
        case
            when abs({{ try_decimal(cell) }}) <= {{ config_largest_number() }}
                then {{ try_decimal(cell) }}
        end as {{ data_type }}
    )
{%- endmacro %}

{#- A cell as a whole number, likewise. -#}
{% macro config_integer(cell) -%}
    cast(
        case
            when
                abs({{ try_decimal(cell) }}) <= {{ config_largest_number() }}
                and {{ try_decimal(cell) }} = floor({{ try_decimal(cell) }})
                then {{ try_decimal(cell) }}
        end as {{ dbt.type_int() }}
    )
{%- endmacro %}
