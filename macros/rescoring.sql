{#- How timelines are rebuilt: those of the entities whose inputs changed since they were last built,
    which int_entities_to_rescore lists and int_scoring_manifest, once all is done, takes note of. -#}

{#- The config of a timeline: the rows of changed entities are replaced. -#}
{% macro incremental_by_entity() -%}
    {{ return(incremental_by_list(
        "int_entities_to_rescore", "int_scoring_manifest", ["entity_type", "entity_id"]
    )) }}
{%- endmacro %}

{#- The rows of a relation with entity_type and entity_id that are read to rebuild a timeline: all
    the first time (and in unit tests, where no table is built), then those of changed entities. -#}
{% macro to_rescore(relation) -%}
    {%- if this and is_incremental() -%}
    (
        select entity_rows.*
        from {{ relation }} as entity_rows
        inner join {{ ref("int_entities_to_rescore") }} as entities_to_rescore
            on
                entity_rows.entity_type = entities_to_rescore.entity_type
                and entity_rows.entity_id = entities_to_rescore.entity_id
    )
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- What shapes all timelines beside config and clock, as a hash: a setting, and the SQL that makes
    them. -#}
{% macro scoring_settings() -%}
    {%- set sql = sql_fingerprint((
        "staging/config/", "intermediate/incremental/", "intermediate/signals/", "intermediate/scoring/",
        "intermediate/qualification/",
    )) -%}
    {{ return(local_md5(var("decay_step_days") ~ "|" ~ sql)) }}
{%- endmacro %}
