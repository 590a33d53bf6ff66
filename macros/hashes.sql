{#- What is told apart by a hash: rows, the SQL itself, and who falls into a share. -#}

{% macro row_text(columns, relation) -%}
    {%- set cells = [] -%}
    {%- for column in columns -%}
        {%- set cell = "cast(" ~ relation ~ "." ~ column ~ " as " ~ dbt.type_string() ~ ")" -%}
        {%- set length = "cast(length(" ~ cell ~ ") as " ~ dbt.type_string() ~ ")" -%}
        {%- do cells.append("coalesce(" ~ length ~ " || ':' || " ~ cell ~ ", '-')") -%}
    {%- endfor -%}
    {{ return(cells | join(" || ")) }}
{%- endmacro %}

{% macro sql_fingerprint(paths) -%}
    {%- set parts = [] -%}
    {%- set names = [] -%}
    {%- set nodes = graph.nodes.values() | sort(attribute="unique_id") if execute else [] -%}
    {%- for node in nodes if node.resource_type == "model" and node.path.startswith(paths) -%}
        {%- do parts.append(node.checksum.checksum) -%}
        {%- do names.extend(node.depends_on.macros) -%}
    {%- endfor -%}
    {#- the list grows while it is walked: a macro brings those that it calls -#}
    {%- set seen = [] -%}
    {%- for unique_id in names if unique_id.startswith("macro." ~ project_name ~ ".") -%}
        {%- set macro = context.get(unique_id.split(".")[-1]).macro -%}
        {%- if macro is defined and unique_id not in seen -%}
            {%- do seen.append(unique_id) -%}
            {%- do names.extend(macro.depends_on.macros) -%}
            {%- do parts.append(local_md5(macro.macro_sql)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parts | sort | join("|")) }}
{%- endmacro %}

{% macro hash_is_within(text, percent) -%}
    (
        {%- for weight in [4096, 256, 16, 1] %}
        {%- set digit = "substring(" ~ dbt.hash(text) ~ ", " ~ loop.index ~ ", 1)" %}
        {{ weight }} * ({{ dbt.position(digit, "'0123456789abcdef'") }} - 1){{ " +" if not loop.last }}
        {%- endfor %}
    ) * 100 < 65536 * {{ percent }}
{%- endmacro %}
