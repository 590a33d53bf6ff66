{#- The checksums of models, as one text: another one when their SQL is changed.
    paths: a tuple of files and folders within models. -#}
{% macro model_checksums(paths) -%}
    {%- set checksums = [] -%}
    {%- set nodes = graph.nodes.values() | sort(attribute="unique_id") if execute else [] -%}
    {%- for node in nodes if node.resource_type == "model" and node.path.startswith(paths) -%}
        {%- do checksums.append(node.checksum.checksum) -%}
    {%- endfor -%}
    {{ return(checksums | join("|")) }}
{%- endmacro %}
