{#- What stands in for a Python model where the engine runs none: a table of its columns, which keeps
    the rows that `pql calibrate` wrote. -#}
{% macro written_by_calibrate() -%}
    {{ config(materialized="incremental", incremental_strategy=append_strategy(), full_refresh=false,
        on_schema_change="sync_all_columns") }}
    select
        {%- for column in model.columns.values() if execute %}
        cast(null as {{ api.Column.translate_type(column.data_type) }}) as {{ column.name }}{{ "," if not loop.last }}
        {%- else %}
        null as no_column
        {%- endfor %}
    from (select 1 as nothing) as nothing
    where 1 = 0
{%- endmacro %}
