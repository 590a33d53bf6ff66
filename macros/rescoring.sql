{#- How timelines go on: int_entities_to_rescore lists the entities of which an input changed, with the
    day from which it did. What holds before that day stays as it is written. int_scoring_manifest and
    int_scored_inputs, once all is done, take note of what the timelines were made of. -#}

{% macro continued_by_entity(keys, starts="valid_from", ends="valid_to") -%}
    {%- if not execute -%}
        {#- so that dbt learns while it parses what is read -#}
        {%- do ref("int_entities_to_rescore") -%}
    {%- endif -%}
    {{ return({
        "materialized": "incremental",
        "incremental_strategy": "continued",
        "unique_key": keys,
        "on_schema_change": "sync_all_columns",
        "meta": {"starts": starts, "ends": ends},
    }) }}
{%- endmacro %}

{% macro to_rescore(relation, ends="valid_to") -%}
    {%- if this and is_incremental() -%}
    (
        select entity_rows.*
        from {{ relation }} as entity_rows
        inner join {{ ref("int_entities_to_rescore") }} as entities_to_rescore
            on
                entity_rows.entity_type = entities_to_rescore.entity_type
                and entity_rows.entity_id = entities_to_rescore.entity_id
        {%- if ends %}
        where
            entity_rows.{{ ends }} is null
            or entity_rows.{{ ends }} >= entities_to_rescore.changed_from
        {%- endif %}
    )
    {%- else -%}
    {{ relation }}
    {%- endif -%}
{%- endmacro %}

{% macro days_to_rescore(relation) -%}
    (
        select
            entity_rows.*,
        {%- if this and is_incremental() %}
            entities_to_rescore.changed_from
        from {{ relation }} as entity_rows
        inner join {{ ref("int_entities_to_rescore") }} as entities_to_rescore
            on
                entity_rows.entity_type = entities_to_rescore.entity_type
                and entity_rows.entity_id = entities_to_rescore.entity_id
        {%- else %}
            {{ always() }} as changed_from
        from {{ relation }} as entity_rows
        {%- endif %}
    )
{%- endmacro %}

{% macro get_incremental_continued_sql(arguments) -%}
    {%- set target = arguments.target_relation -%}
    {%- set new_rows = arguments.temp_relation -%}
    {%- set starts, ends = config.get("meta").starts, config.get("meta").ends -%}
    {%- set columns = arguments.dest_columns | map(attribute="quoted") | join(", ") -%}
    {%- if not existing_relation("int_scoring_manifest") %}
    {#- no manifest vouches for any row -#}
    delete from {{ target }} where 1 = 1;
    {%- else %}
    delete from {{ target }}
    where exists (
        select 1 from {{ ref("int_entities_to_rescore") }} as entities_to_rescore
        where
            entities_to_rescore.entity_type = {{ target.identifier }}.entity_type
            and entities_to_rescore.entity_id = {{ target.identifier }}.entity_id
            and entities_to_rescore.changed_from <= {{ target.identifier }}.{{ starts }}
    );
    {%- endif %}
    {%- if ends %}
    update {{ target }}
    set {{ ends }} = (
        select min(case
            when new_rows.{{ starts }} < entities_to_rescore.changed_from then new_rows.{{ ends }}
            else new_rows.{{ starts }}
        end)
        from {{ new_rows }} as new_rows
        inner join {{ ref("int_entities_to_rescore") }} as entities_to_rescore
            on
                new_rows.entity_type = entities_to_rescore.entity_type
                and new_rows.entity_id = entities_to_rescore.entity_id
                and (
                    new_rows.{{ ends }} is null
                    or new_rows.{{ ends }} >= entities_to_rescore.changed_from
                )
        where
            {%- for key in arguments.unique_key %}
            {{ "and " if not loop.first -}}
            new_rows.{{ key }} = {{ target.identifier }}.{{ key }}
            {%- endfor %}
    )
    where exists (
        select 1 from {{ ref("int_entities_to_rescore") }} as entities_to_rescore
        where
            entities_to_rescore.entity_type = {{ target.identifier }}.entity_type
            and entities_to_rescore.entity_id = {{ target.identifier }}.entity_id
            and (
                {{ target.identifier }}.{{ ends }} is null
                or {{ target.identifier }}.{{ ends }} >= entities_to_rescore.changed_from
            )
    );
    {%- endif %}
    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ new_rows }} as new_rows
    where exists (
        select 1 from {{ ref("int_entities_to_rescore") }} as entities_to_rescore
        where
            entities_to_rescore.entity_type = new_rows.entity_type
            and entities_to_rescore.entity_id = new_rows.entity_id
            and entities_to_rescore.changed_from <= new_rows.{{ starts }}
    )
{%- endmacro %}

{% macro scoring_settings() -%}
    {%- set sql = sql_fingerprint((
        "staging/config/", "intermediate/incremental/", "intermediate/signals/",
        "intermediate/scoring/", "intermediate/qualification/",
    )) -%}
    {{ return(local_md5(var("decay_step_days") ~ "|" ~ sql)) }}
{%- endmacro %}
