{#- Spark's session binds no values: a blank would become the text None. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get("column_types", {}) -%}
    {%- for chunk in agate_table.rows | batch(20000) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set cells = [] -%}
            {%- for cell in row -%}
                {%- do cells.append("null" if cell is none else text_literal(cell | string)) -%}
            {%- endfor -%}
            {%- do rows.append("(" ~ cells | join(", ") ~ ")") -%}
        {%- endfor -%}
        {%- set columns = [] -%}
        {%- for name in agate_table.column_names -%}
            {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
            {%- do columns.append("cast(col" ~ loop.index ~ " as " ~ type ~ ")") -%}
        {%- endfor -%}
        {%- do adapter.add_query(
            "insert into " ~ this ~ " select " ~ columns | join(", ") ~ " from values "
            ~ rows | join(", "),
            abridge_sql_log=True
        ) -%}
    {%- endfor -%}
{%- endmacro %}
