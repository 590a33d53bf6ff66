{#- Somebody's own tables: what vendors' ymls say of theirs, `vars: sources` says here. -#}
{% macro application_rows(kind) -%}
    {{ return(rows_of_layouts(application_contracts(kind), "application")) }}
{%- endmacro %}

{% macro application_contracts(kind) -%}
    {%- set contracts = [] -%}
    {%- for stated in as_list((var("sources").application or {}).get(kind)) or [{}] -%}
        {%- set columns = {"found_in": {"name": "found_in", "data_type": "text", "meta": {"holds": "table"}}} -%}
        {%- set wanted = raw_contract("users" if kind == "memberships" else kind).values() -%}
        {%- for column in wanted -%}
            {%- set meta = {"names": stated.get(column.name), "local": true} -%}
            {%- if column.name == "properties" and stated.properties is not string -%}
                {%- set meta = {"holds": "rest", "columns": stated.properties or []} -%}
            {%- endif -%}
            {%- do columns.update({column.name: {"name": column.name, "data_type": column.data_type, "meta": meta}}) -%}
        {%- endfor -%}
        {%- do contracts.append({
            "name": kind,
            "columns": columns,
            "meta": {
                "tables": [stated.get("table", "") | lower],
                "filled": stated.happened_if,
                "deleted": stated.deleted if kind == "events" else stated.deleted or [
                    "deleted_at", "is_deleted", "_fivetran_deleted", "_ab_cdc_deleted_at", "_sdc_deleted_at",
                ],
            },
        }) -%}
    {%- endfor -%}
    {{ return(contracts) }}
{%- endmacro %}
