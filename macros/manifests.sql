{#- How a build remembers what is done. A list says what this build has to do (int_days_to_process,
    int_entities_to_rescore); a manifest says what was done, and from what. What is listed is first put
    down in the manifest as due, then done, then put down as done: a build may stop at any moment. -#}

{#- The config of a table of which the listed rows are replaced. Rows are appended once a hook has
    deleted the old ones: that is right on every engine, also where nothing comes in their place.
    list: the model that lists them; manifest: the one that says what is done; keys: the columns of the
    table by which they are listed; list_keys: those of the list, where they have other names. -#}
{% macro incremental_by_list(list, manifest, keys, list_keys=none) -%}
    {%- if not execute -%}
        {#- so that dbt learns while it parses what is read -#}
        {%- do ref(list) -%}
    {%- endif -%}
    {%- set arguments = [list, manifest, keys, list_keys or keys] | map("tojson") | join(", ") -%}
    {{ return({
        "materialized": "incremental",
        "incremental_strategy": "append",
        "on_schema_change": "sync_all_columns",
        "pre_hook": "{{ delete_before_insert(" ~ arguments ~ ") }}",
    }) }}
{%- endmacro %}

{#- A hook that deletes the listed rows; all of them, where no manifest vouches for any. -#}
{% macro delete_before_insert(list, manifest, keys, list_keys) -%}
    {%- if is_incremental() -%}
    {{ delete_listed(this, ref(list), keys, list_keys) if existing_relation(manifest) else "delete from " ~ this ~ " where 1 = 1" }}
    {%- endif -%}
{%- endmacro %}

{#- A hook of a list: takes what it lists off the manifest. -#}
{% macro remove_from_manifest(manifest, keys) -%}
    {%- set relation = existing_relation(manifest) -%}
    {%- if relation -%}
    {{ delete_listed(relation, this, keys, keys) }}
    {%- endif -%}
{%- endmacro %}

{#- A hook of a list: puts what it lists down as due, with keys and nothing else. -#}
{% macro mark_as_due(manifest, keys) -%}
    {%- set relation = existing_relation(manifest) -%}
    {%- if relation -%}
    insert into {{ relation }} ({{ keys | join(", ") }})
    select {{ keys | join(", ") }} from {{ this }}
    {%- endif -%}
{%- endmacro %}

{% macro delete_listed(relation, list, keys, list_keys) -%}
    delete from {{ relation }}
    where exists (
        select 1 from {{ list }} as listed
        where
            {%- for key in keys %}
            {{ "and " if not loop.first -}}
            listed.{{ list_keys[loop.index0] }} = {{ relation.identifier }}.{{ key }}
            {%- endfor %}
    )
{%- endmacro %}

{#- A hook at the end of a run: empties a table that is of no use once the manifest is written.
    model_name: the table; manifest: the one; results: what dbt gives to on-run-end. -#}
{% macro clear_when_done(model_name, manifest, results) -%}
    {%- for result in results if result.node.name == manifest and result.status == "success" -%}
    truncate table {{ existing_relation(model_name) }}
    {%- endfor -%}
{%- endmacro %}
