{#- Of whom the timelines are to go on, and from which day: those whose inputs, or the way of
    scoring, are others than when they were last scored. Before any of the timelines is touched, they
    are taken off the manifest of who is scored: if the build is stopped, the next one makes them
    anew. -#}
{{ config(post_hook=[
    "{{ remove_from_manifest('int_scoring_manifest', ['entity_type', 'entity_id']) }}",
    "{{ mark_as_due('int_scoring_manifest', ['entity_type', 'entity_id']) }}",
]) }}
{%- set manifest = existing_relation("int_scoring_manifest") %}
{%- set scored_inputs = existing_relation("int_scored_inputs") %}

with

-- what is, less what was when they were last scored
compared_inputs as (

    select
        entity_type,
        entity_id,
        input_hash,
        input_date
    from {{ ref('int_scoring_inputs') }}
    {%- if scored_inputs %}
    union all
    select
        entity_type,
        entity_id,
        -input_hash as input_hash,
        input_date
    from {{ scored_inputs }}
    {%- endif %}

),

changed_inputs as (

    select
        entity_type,
        entity_id,
        input_date
    from compared_inputs
    group by entity_type, entity_id, input_date
    having sum(input_hash) <> 0

),

-- is_due: is to be made anew as a whole
entities as (

    select
        entities.entity_type,
        entities.entity_id,
        scoring_fingerprint.fingerprint,
        cast(null as {{ dbt.type_string() }}) as scored_fingerprint,
        0 as is_due,
        cast(null as date) as changed_from
    from {{ ref('int_entities_with_days') }} as entities
    cross join {{ ref('int_scoring_fingerprint') }} as scoring_fingerprint
    {%- if manifest %}
    union all
    select
        entity_type,
        entity_id,
        cast(null as {{ dbt.type_string() }}) as fingerprint,
        fingerprint as scored_fingerprint,
        {{ 1 if flags.FULL_REFRESH else "case when fingerprint is null then 1 else 0 end" }} as is_due,
        cast(null as date) as changed_from
    from {{ manifest }}
    {%- endif %}
    union all
    select
        entity_type,
        entity_id,
        cast(null as {{ dbt.type_string() }}) as fingerprint,
        cast(null as {{ dbt.type_string() }}) as scored_fingerprint,
        0 as is_due,
        input_date as changed_from
    from changed_inputs
    union all
    select
        entity_type,
        entity_id,
        cast(null as {{ dbt.type_string() }}) as fingerprint,
        cast(null as {{ dbt.type_string() }}) as scored_fingerprint,
        0 as is_due,
        changed_from
    from {{ ref('int_entity_day_changes') }}

),

compared_entities as (

    select
        entity_type,
        entity_id,
        max(fingerprint) as fingerprint,
        case
            when
                coalesce(max(fingerprint), '') <> coalesce(max(scored_fingerprint), '')
                or max(is_due) = 1
                then {{ always() }}
            else min(changed_from)
        end as changed_from
    from entities
    group by entity_type, entity_id

)

select
    entity_type,
    entity_id,
    fingerprint,
    changed_from
from compared_entities
where changed_from is not null
