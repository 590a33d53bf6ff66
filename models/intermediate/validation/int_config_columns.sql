{%- set blank_column = {"name": "", "description": "", "meta": {}} -%}

with

config_columns as (

    {%- for file in config_files() %}
    {%- set contract = config_contract(file) %}
    {%- set known = contract | map(attribute="name") | list %}
    {%- set found = config_columns_found(file) %}
    {%- set last_key = contract | selectattr("meta.key") | map(attribute="name") | list | last %}
    {%- for column in contract %}
    {%- set is_last_key = column.name == last_key %}
    {{ config_column_row(file, column, column.name in found, is_last_key=is_last_key) }}
    union all
    {%- endfor %}
    {%- for name in found if name not in known %}
    {{ config_column_row(file, dict(blank_column, name=name), true, is_known=false) }}
    union all
    {%- endfor %}
    {%- endfor %}
    {{ config_column_row("", blank_column, false) }}

)

select *
from config_columns
where column_name is not null
