{#- Of whom the timelines are to be made anew: those whose inputs, or the way of scoring, are others
    than when they were last scored. Before any of them is touched, they are taken off the manifest of
    who is scored: if the build is stopped, the next one begins with them. -#}
{{ config(post_hook=[
    "{{ remove_from_manifest('int_scoring_manifest', ['entity_type', 'entity_id']) }}",
    "{{ mark_as_due('int_scoring_manifest', ['entity_type', 'entity_id']) }}",
]) }}
{%- set manifest = existing_relation("int_scoring_manifest") %}

with

signal_days as (

    select signal_days.*
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join {{ ref('int_as_of') }} as as_of
        on signal_days.activity_date <= as_of.as_of_date

),

inputs as (

    select
        entity_type,
        entity_id,
        1 as is_seen,
        {{ row_hash(
            ["signal_id", "item", "event_count", "value_sum", "activity_date"], "signal_days"
        ) }} as row_hash
    from signal_days
    union all
    select
        entity_type,
        entity_id,
        0 as is_seen,
        {{ row_hash(
            ["attribute", "item", "attribute_value", "valid_from", "valid_to"],
            "attribute_timelines",
        ) }} as row_hash
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    union all
    select
        entity_type,
        entity_id,
        0 as is_seen,
        {{ row_hash(
            ["product_line", "stage", "started_on", "ended_on"], "entity_subscriptions"
        ) }} as row_hash
    from {{ ref('int_entity_subscriptions') }} as entity_subscriptions

),

-- a sum, so that no order plays a part
entity_inputs as (

    select
        entity_type,
        entity_id,
        sum(row_hash) as input_hash
    from inputs
    group by entity_type, entity_id
    having max(is_seen) = 1

),

entities as (

    select
        entity_inputs.entity_type,
        entity_inputs.entity_id,
        scoring_fingerprint.fingerprint
        || '|' || cast(entity_inputs.input_hash as {{ dbt.type_string() }}) as fingerprint
    from entity_inputs
    cross join {{ ref('int_scoring_fingerprint') }} as scoring_fingerprint

),

-- what is, beside what was when they were last scored
fingerprints as (

    select
        entity_type,
        entity_id,
        fingerprint,
        cast(null as {{ dbt.type_string() }}) as scored_fingerprint,
        0 as is_due
    from entities
    {%- if manifest %}
    union all
    select
        entity_type,
        entity_id,
        cast(null as {{ dbt.type_string() }}) as fingerprint,
        fingerprint as scored_fingerprint,
        case
            when fingerprint is not null then {{ 1 if flags.FULL_REFRESH else 0 }}
            else 1
        end as is_due
    from {{ manifest }}
    {%- endif %}

)

select
    entity_type,
    entity_id,
    max(fingerprint) as fingerprint
from fingerprints
group by entity_type, entity_id
having
    coalesce(max(fingerprint), '') <> coalesce(max(scored_fingerprint), '')
    or max(is_due) = 1
