{{ config(materialized='view') }}

with

scores as (

    select
        definition_key,
        {{ dbt.listagg(
            format_points('points') ~ " || ' for ' || act || manner",
            "', '", "order by points desc, rule_id"
        ) }} as acts
    from {{ ref('int_rule_descriptions') }}
    where points <> 0
    group by definition_key

),

requirement_groups as (

    select
        definition_key,
        requirement_group,
        {{ dbt.listagg('act', "' or '", 'order by rule_id') }} as acts
    from {{ ref('int_rule_descriptions') }}
    where requirement_group is not null
    group by definition_key, requirement_group

),

requirements as (

    select
        definition_key,
        {{ dbt.listagg('acts', "'; and '", 'order by requirement_group') }} as acts
    from requirement_groups
    group by definition_key

),

other_effects as (

    select
        definition_key,
        effect,
        {{ dbt.listagg('act', "' or '", 'order by rule_id') }} as acts
    from {{ ref('int_rule_descriptions') }}
    where effect in ('hand_raise', 'disqualify')
    group by definition_key, effect

),

fit_rules as (

    select
        *,
        coalesce(reason, attribute || ' ' || operator || coalesce(' ' || value, ''))
            as condition_text
    from {{ ref('stg_config__fit_rules') }}

),

gate_groups as (

    select
        definition_key,
        gate_group,
        {{ dbt.listagg('condition_text', "' or '", 'order by fit_rule_id') }} as gates
    from fit_rules
    where effect = 'gate'
    group by definition_key, gate_group

),

gates as (

    select
        definition_key,
        {{ dbt.listagg('gates', "', '", 'order by gate_group') }} as gates
    from gate_groups
    group by definition_key

),

disqualifiers as (

    select
        definition_key,
        {{ dbt.listagg('condition_text', "' or '", 'order by fit_rule_id') }} as conditions
    from fit_rules
    where effect = 'disqualify'
    group by definition_key

)

select
    definitions.definition_key,
    scores.acts as scoring_acts,
    requirements.acts as required_acts,
    hand_raises.acts as hand_raising_acts,
    disqualifying_acts.acts as disqualifying_acts,
    gates.gates,
    disqualifiers.conditions as disqualifying_conditions
from {{ ref('stg_config__definitions') }} as definitions
left join scores
    on definitions.definition_key = scores.definition_key
left join requirements
    on definitions.definition_key = requirements.definition_key
left join gates
    on definitions.definition_key = gates.definition_key
left join disqualifiers
    on definitions.definition_key = disqualifiers.definition_key
left join other_effects as hand_raises
    on
        definitions.definition_key = hand_raises.definition_key
        and hand_raises.effect = 'hand_raise'
left join other_effects as disqualifying_acts
    on
        definitions.definition_key = disqualifying_acts.definition_key
        and disqualifying_acts.effect = 'disqualify'
