{%- set text_type = dbt.type_string() -%}

with

config_columns as (

    {#- while dbt parses there is no contract: one row, of nothing #}
    {%- for column in config_columns() or [{}] %}
    select
        {%- for name in [
            "file_name", "column_name", "column_type", "allowed_values", "referenced_file",
            "referenced_column", "severity", "expectation",
        ] %}
        {%- set text = text_literal(column[name]) if column[name] else "null" %}
        cast({{ text }} as {{ text_type }}) as {{ name }},
        {%- endfor %}
        {%- for name in ["at_least", "more_than", "at_most", "max_decimals"] %}
        {%- set number = column[name] if column[name] is number else "null" %}
        cast({{ number }} as decimal(28, 6)) as {{ name }},
        {%- endfor %}
        {%- for name in ["is_last_key", "is_required", "is_found"] %}
        {%- set boolean = column.get(name, false) | lower %}
        {{ boolean }} as {{ name }},
        {%- endfor %}
        {{ column.get("is_known", false) | lower }} as is_known
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select *
from config_columns
where column_name is not null
