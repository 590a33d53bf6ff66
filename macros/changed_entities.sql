{#- How timelines are rebuilt: those of the entities whose inputs changed since they were last built,
    which int_changed_entities lists and int_scored_entities, once all is done, takes note of. -#}

{#- The config of a timeline: the rows of changed entities are replaced. Where rows cannot be deleted,
    it is rebuilt as a whole. -#}
{% macro by_entity() -%}
    {%- if not execute -%}
        {#- so that dbt learns while it parses what is read -#}
        {%- do ref("int_changed_entities") -%}
    {%- endif -%}
    {{ return({
        "materialized": "table" if target.type == "spark" else "incremental",
        "incremental_strategy": "append",
        "on_schema_change": "sync_all_columns",
        "pre_hook": "{{ without_changed_entities() }}",
    }) }}
{%- endmacro %}

{#- A hook that takes out the rows of changed entities, so that the new ones can be appended. -#}
{% macro without_changed_entities() -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    where
        {%- for entity_type in ("account", "user") %}
        {{ "or " if not loop.first }}(
            entity_type = '{{ entity_type }}'
            and entity_id in (
                select changed_entities.entity_id
                from {{ ref("int_changed_entities") }} as changed_entities
                where changed_entities.entity_type = '{{ entity_type }}'
            )
        )
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- The rows of a relation with entity_type and entity_id that are read to rebuild a timeline: all
    the first time (and in unit tests, where no table is built), then those of changed entities. -#}
{% macro of_changed_entities(relation) -%}
    {%- if this and is_incremental() -%}
    (
        select entity_rows.*
        from {{ relation }} as entity_rows
        inner join {{ ref("int_changed_entities") }} as changed_entities
            on
                entity_rows.entity_type = changed_entities.entity_type
                and entity_rows.entity_id = changed_entities.entity_id
    )
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- What shapes all timelines beside config and clock, as a hash: a setting, and the SQL that makes them,
    by its checksums. The number in front is raised when a macro that they use is changed. -#}
{% macro scoring_settings() -%}
    {%- set checksums = model_checksums((
        "intermediate/config/", "intermediate/signals/", "intermediate/scoring/",
        "intermediate/qualification/",
    )) -%}
    {{ return(local_md5("1|" ~ var("decay_step_days") ~ "|" ~ checksums)) }}
{%- endmacro %}
