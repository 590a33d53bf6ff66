{#- Spark's session binds no values: a blank would become the text None. Its parser takes long over
    each literal and each escape in it: a hundred rows are one raw text of JSON, which has no quote, and
    no dollar, which Spark would take for a variable's. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.get("column_types", {}) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do columns.append("cast(cells[" ~ loop.index0 ~ "] as " ~ type ~ ")") -%}
    {%- endfor -%}
    {%- for some_rows in agate_table.rows | batch(20000) -%}
        {%- set texts = [] -%}
        {%- for few_rows in some_rows | batch(100) -%}
            {%- set rows = [] -%}
            {%- for row in few_rows -%}
                {%- set cells = [] -%}
                {%- for cell in row -%}
                    {%- do cells.append(none if cell is none else cell | string) -%}
                {%- endfor -%}
                {%- do rows.append(cells) -%}
            {%- endfor -%}
            {%- set text = tojson(rows) | replace("'", "\\u0027") | replace("$", "\\u0024") -%}
            {%- do texts.append("(r'" ~ text ~ "')") -%}
        {%- endfor -%}
        {%- do adapter.add_query(
            "insert into " ~ this ~ " select " ~ columns | join(", ")
            ~ " from (select explode(from_json(few_rows, 'array<array<string>>')) as cells from values "
            ~ texts | join(", ") ~ " as texts (few_rows))",
            abridge_sql_log=True
        ) -%}
    {%- endfor -%}
{%- endmacro %}
