{#- A definition in the words of a sales playbook, made from its rows. -#}
{%- set text = dbt.type_string() -%}

with

definitions as (

    select * from {{ ref('int_definitions') }}

),

rules as (

    select
        definition_rules.*,
        -- a name that begins with capitals keeps them: API calls
        case
            when substring(signals.signal_name, 2, 1) = lower(substring(signals.signal_name, 2, 1))
                then
                    lower(substring(signals.signal_name, 1, 1))
                    || substring(signals.signal_name, 2)
            else signals.signal_name
        end as act,
        case
            when definition_rules.min_value_of is not null
                then
                    ' (at least ' || {{ number_in_words('definition_rules.min_value * 100') }}
                    || '% of ' || replace(definition_rules.min_value_of, '_', ' ')
            when definition_rules.min_value <> 1
                then ' (at least ' || {{ number_in_words('definition_rules.min_value') }}
            else ''
        end as least,
        case
            when signals.window_days is null then ''
            when signals.window_days = 1 then 'within a day'
            else 'within ' || cast(signals.window_days as {{ text }}) || ' days'
        end as in_time
    from {{ ref('int_definition_rules') }} as definition_rules
    inner join {{ ref('int_signals') }} as signals
        on definition_rules.signal_id = signals.signal_id

),

worded_rules as (

    select
        definition_key,
        rule_id,
        effect,
        requirement_group,
        points,
        act
        || case
            when least <> '' and in_time <> '' then least || ' ' || in_time || ')'
            when least <> '' then least || ')'
            when in_time <> '' then ' (' || in_time || ')'
            else ''
        end as act,
        case
            when max_awards > 1 then ', up to ' || cast(max_awards as {{ text }}) || ' times'
            else ''
        end
        || case
            when half_life_days is null then ''
            else
                ', fading by half every '
                || {{ number_in_words('half_life_days') }} || ' days'
        end as manner
    from rules

),

scores as (

    select
        definition_key,
        {{ dbt.listagg(
            points_in_words('points') ~ " || ' for ' || act || manner",
            "', '", "order by points desc, rule_id"
        ) }} as acts
    from worded_rules
    where points <> 0
    group by definition_key

),

requirement_groups as (

    select
        definition_key,
        requirement_group,
        {{ dbt.listagg('act', "' or '", 'order by rule_id') }} as acts
    from worded_rules
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
    from worded_rules
    where effect in ('hand_raise', 'disqualify')
    group by definition_key, effect

),

fit_rules as (

    select
        *,
        coalesce(reason, attribute || ' ' || operator || coalesce(' ' || value, ''))
            as condition_text
    from {{ ref('int_fit_rules') }}

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

),

sentences as (

    select
        definitions.*,
        case definitions.entity_type when 'account' then 'An account' else 'A user' end
        || ' whose stage is ' || replace(definitions.audience, '|', ' or ')
        || coalesce(
            case definitions.entity_type when 'account' then ' and that' else ' and who' end
            || ' does not pay for ' || definitions.product_line, ''
        )
        || ' qualifies'
        || case
            when definitions.score_threshold is null then ''
            else ' at ' || {{ number_in_words('definitions.score_threshold') }} || ' points or more'
        end
        || coalesce(': ' || scores.acts, '')
        || case
            when definitions.decay_points_per_week = 0 then ''
            else
                '; ' || {{ number_in_words('definitions.decay_points_per_week') }}
                || ' points are lost with each idle week'
        end
        || '.' as score_sentence,
        coalesce(' It must have: ' || requirements.acts || '.', '') as requirement_sentence,
        case
            when definitions.active_within_days is null then ''
            else
                ' It must be active: in the last '
                || cast(definitions.active_within_days as {{ text }}) || ' days.'
        end as activity_sentence,
        coalesce(' Fit: ' || gates.gates || '.', '') as gate_sentence,
        coalesce(' Never if it ' || disqualifiers.conditions || '.', '')
        || coalesce(' Never with: ' || disqualifying_acts.acts || '.', '') as never_sentence,
        coalesce(' At any score: ' || hand_raises.acts || '.', '') as hand_raise_sentence,
        case
            when definitions.promote_after_days = 0 then ''
            else
                ' It qualifies after '
                || cast(definitions.promote_after_days + 1 as {{ text }}) || ' such days in a row.'
        end
        || case
            when definitions.demote_after_days = 0 then ''
            else
                ' It lapses after '
                || cast(definitions.demote_after_days + 1 as {{ text }})
                || ' days in a row below.'
        end as patience_sentence
    from definitions
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

)

select
    definition_id,
    definition_version,
    definition_name,
    entity_type,
    status,
    owner,
    score_sentence || requirement_sentence || activity_sentence || hand_raise_sentence
    || gate_sentence || never_sentence || patience_sentence as description,
    rationale
from sentences
