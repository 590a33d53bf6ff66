{#- Every column has a name that any CRM takes for a field, a type that dbt's contract holds it to, and
    a description; and no text is null (an empty one clears a field) or longer than its field, 255
    characters unless its meta names another max_length. -#}
{% test fits_a_crm(model) %}

{%- set columns = sync_columns(model.identifier) -%}
{%- set bad_names = [] -%}
{%- for column in columns -%}
    {%- if not modules.re.fullmatch("[a-z][a-z0-9_]{0,39}", column.name) or not column.description -%}
        {%- do bad_names.append(column.name) -%}
    {%- endif -%}
{%- endfor -%}

{% for column in columns if column.name in bad_names or column.data_type == "string" -%}
select
    '{{ column.name }}' as column_name,
    count(*) as row_count
from {{ model }}
{% if column.name not in bad_names -%}
where {{ column.name }} is null or length({{ column.name }}) > {{ column.meta.max_length or 255 }}
{% endif -%}
having count(*) > 0
{% if not loop.last %}union all
{% endif %}
{%- endfor %}

{% endtest %}
