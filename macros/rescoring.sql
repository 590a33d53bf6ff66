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

{#- What began before the day of the change and lasted at least until then ends when the new row does
    that began before, or when the first of the others begins. -#}
{% macro get_incremental_continued_sql(arguments) -%}
    {%- set target, new_rows = arguments.target_relation, arguments.temp_relation -%}
    {%- set name = target.identifier -%}
    {%- set starts, ends = config.get("meta").starts, config.get("meta").ends -%}
    {%- set columns = arguments.dest_columns | map(attribute="quoted") | join(", ") -%}
    {%- set list = ref("int_entities_to_rescore") -%}
    {%- set statements = [] -%}
    {%- if not existing_relation("int_scoring_manifest") -%}
        {#- no manifest vouches for any row -#}
        {%- do statements.append("delete from " ~ target ~ " where 1 = 1") -%}
    {%- else -%}
        {%- do statements.append(delete_joined(target, list,
            "listed.entity_type = " ~ name ~ ".entity_type and listed.entity_id = " ~ name
            ~ ".entity_id and listed.changed_from <= " ~ name ~ "." ~ starts
        )) -%}
    {%- endif -%}
    {%- if ends %}
    {%- set ended = name ~ "." ~ ends -%}
    {%- set conditions = ["(" ~ ended ~ " is null or " ~ ended ~ " >= changes.changed_from)"] -%}
    {%- for key in arguments.unique_key -%}
        {%- do conditions.append("changes." ~ key ~ " = " ~ name ~ "." ~ key) -%}
    {%- endfor -%}
    {%- set changes %}
        select
            {%- for key in arguments.unique_key %}
            kept_rows.{{ key }},
            {%- endfor %}
            listed.changed_from,
            min(
                case
                    when new_rows.{{ starts }} < listed.changed_from then new_rows.{{ ends }}
                    else new_rows.{{ starts }}
                end
            ) as {{ ends }}
        from {{ target }} as kept_rows
        inner join {{ list }} as listed
            on
                kept_rows.entity_type = listed.entity_type
                and kept_rows.entity_id = listed.entity_id
                and (
                    kept_rows.{{ ends }} is null
                    or kept_rows.{{ ends }} >= listed.changed_from
                )
        left join {{ new_rows }} as new_rows
            on
                {%- for key in arguments.unique_key %}
                kept_rows.{{ key }} = new_rows.{{ key }} and
                {%- endfor %}
                (new_rows.{{ ends }} is null or new_rows.{{ ends }} >= listed.changed_from)
        group by
            {%- for key in arguments.unique_key %}
            kept_rows.{{ key }},
            {%- endfor %}
            listed.changed_from
    {%- endset %}
    {%- do statements.append(update_joined(target, ends, changes, conditions | join(" and "))) -%}
    {%- endif -%}
    {%- set insertion %}
    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ new_rows }} as new_rows
    where exists (
        select 1 from {{ list }} as listed
        where
            listed.entity_type = new_rows.entity_type
            and listed.entity_id = new_rows.entity_id
            and listed.changed_from <= new_rows.{{ starts }}
    )
    {%- endset -%}
    {%- do statements.append(insertion) -%}
    {{ return(as_one(statements)) }}
{%- endmacro %}

{% macro scoring_settings() -%}
    {%- set sql = sql_fingerprint((
        "staging/config/", "intermediate/incremental/", "intermediate/signals/",
        "intermediate/scoring/", "intermediate/qualification/",
    )) -%}
    {{ return(local_md5(var("decay_step_days") ~ "|" ~ sql)) }}
{%- endmacro %}
