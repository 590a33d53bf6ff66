{#- A table of ours as the last build left it, or none before the first; for a model that comes before
    it, where a ref would make a circle. -#}
{% macro existing_relation(model_name) -%}
    {%- set node = graph.get("nodes", {}).get("model." ~ project_name ~ "." ~ model_name) -%}
    {%- if execute and node -%}
        {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
    {%- endif -%}
{%- endmacro %}
