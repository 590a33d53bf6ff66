{#- How a build remembers what is done. A list says what this build has to do (int_days_to_process,
    int_entities_to_rescore); a manifest says what was done, and from what. What is listed is first put
    down in the manifest as due, then done, then put down as done: a build may stop at any moment. -#}

{% macro incremental_by_list(list, manifest, keys, list_keys=none) -%}
    {%- if not execute -%}
        {#- so that dbt learns while it parses what is read -#}
        {%- do ref(list) -%}
    {%- endif -%}
    {%- set arguments = [list, manifest, keys, list_keys or keys] | map("tojson") | join(", ") -%}
    {{ return({
        "materialized": "incremental",
        "incremental_strategy": append_strategy(),
        "on_schema_change": "sync_all_columns",
        "pre_hook": "{{ delete_before_insert(" ~ arguments ~ ") }}",
    }) }}
{%- endmacro %}

{% macro delete_before_insert(list, manifest, keys, list_keys) -%}
    {%- if is_incremental() -%}
    {{ delete_listed(this, ref(list), keys, list_keys) if existing_relation(manifest) else "delete from " ~ this ~ " where 1 = 1" }}
    {%- endif -%}
{%- endmacro %}

{% macro remove_from_manifest(manifest, keys) -%}
    {%- set relation = existing_relation(manifest) -%}
    {%- if relation -%}
    {{ delete_listed(relation, this, keys, keys) }}
    {%- endif -%}
{%- endmacro %}

{% macro mark_as_due(manifest, keys) -%}
    {%- set relation = existing_relation(manifest) -%}
    {%- if relation -%}
    {{ insert_keys(relation, keys, this) }}
    {%- endif -%}
{%- endmacro %}

{% macro delete_listed(relation, list, keys, list_keys) -%}
    {%- set conditions = [] -%}
    {%- for key in keys -%}
        {%- do conditions.append(
            "listed." ~ list_keys[loop.index0] ~ " = " ~ relation.identifier ~ "." ~ key
        ) -%}
    {%- endfor -%}
    {{ delete_joined(relation, list, conditions | join(" and ")) }}
{%- endmacro %}

{% macro clear_when_done(model_name, manifest, results) -%}
    {%- for result in results if result.node.name == manifest and result.status == "success" -%}
    truncate table {{ existing_relation(model_name) }}
    {%- endfor -%}
{%- endmacro %}
