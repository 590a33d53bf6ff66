{#- Spark's session binds no values (a blank would become the text None), and takes minutes to read
    many literals: the rows of a statement are one, of JSON. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get("column_types", {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do columns.append("cast(cells[" ~ loop.index0 ~ "] as " ~ type ~ ")") -%}
    {%- endfor -%}
    {%- for chunk in agate_table.rows | batch(20000) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set cells = [] -%}
            {%- for cell in row -%}{%- do cells.append(cell if cell is none else cell | string) -%}{%- endfor -%}
            {%- do rows.append(cells) -%}
        {%- endfor -%}
        {%- do adapter.add_query(
            "insert into " ~ this ~ " select " ~ columns | join(", ") ~ " from (select explode(from_json("
            ~ text_literal(tojson(rows)) ~ ", 'array<array<string>>')) as cells) as rows",
            abridge_sql_log=True
        ) -%}
    {%- endfor -%}
{%- endmacro %}
