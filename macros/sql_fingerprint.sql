{#- The SQL of models and of all macros of ours behind them, as one text: another one when any of it is
    changed.
    paths: a tuple of files and folders within models. -#}
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
