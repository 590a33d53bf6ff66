{#- What a definition asks for besides the score. Each condition holds from valid_from until
    valid_to; it is written down only while it holds. -#}
{{ config(**by_entity()) }}
{%- set keys = [
    "definition_key", "entity_type", "entity_id", "condition_type", "condition_id",
] -%}

with

definitions as (

    select * from {{ ref('int_definitions') }}

),

rule_timelines as (

    select * from {{ of_changed_entities(ref('int_rule_timelines')) }}
    where awards >= 1

),

fit_timelines as (

    select * from {{ of_changed_entities(ref('int_fit_timelines')) }}
    where is_met

),

stage_timelines as (

    select * from {{ of_changed_entities(ref('int_stage_timelines')) }}

),

active_days as (

    select
        signal_days.entity_type,
        signal_days.entity_id,
        signal_days.activity_date,
        lag(signal_days.activity_date) over (
            partition by signal_days.entity_type, signal_days.entity_id
            order by signal_days.activity_date
        ) as previous_activity_date,
        lead(signal_days.activity_date) over (
            partition by signal_days.entity_type, signal_days.entity_id
            order by signal_days.activity_date
        ) as next_activity_date
    from {{ of_changed_entities(ref('int_entity_signal_days')) }} as signal_days
    inner join {{ ref('int_clock') }} as clock
        on signal_days.activity_date <= clock.as_of_date
    where signal_days.signal_id = 'any_activity'
    group by signal_days.entity_type, signal_days.entity_id, signal_days.activity_date

),

active_definition_days as (

    select
        definitions.definition_key,
        active_days.*,
        {{ add_days('active_days.activity_date', 'definitions.active_within_days') }} as idle_date,
        {{ add_days('active_days.previous_activity_date', 'definitions.active_within_days') }}
            as previous_idle_date
    from active_days
    inner join definitions
        on active_days.entity_type = definitions.entity_type
    where definitions.active_within_days is not null

),

periods as (

    select
        definition_key,
        entity_type,
        entity_id,
        'gate' as condition_type,
        gate_group as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from fit_timelines
    where effect = 'gate'
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'disqualified' as condition_type,
        fit_rule_id as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from fit_timelines
    where effect = 'disqualify'
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'disqualified' as condition_type,
        rule_id as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from rule_timelines
    where effect = 'disqualify'
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'hand_raise' as condition_type,
        rule_id as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from rule_timelines
    where effect = 'hand_raise'
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'requirement' as condition_type,
        requirement_group as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from rule_timelines
    where requirement_group is not null
    union all
    select
        definitions.definition_key,
        stage_timelines.entity_type,
        stage_timelines.entity_id,
        'audience' as condition_type,
        stage_timelines.stage as condition_id,
        1 as holding_count,
        stage_timelines.valid_from,
        stage_timelines.valid_to
    from stage_timelines
    inner join definitions
        on
            stage_timelines.entity_type = definitions.entity_type
            and {{ is_in_list('stage_timelines.stage', 'definitions.audience') }}
    union all
    select
        definitions.definition_key,
        entity_subscriptions.entity_type,
        entity_subscriptions.entity_id,
        'owned_line' as condition_type,
        entity_subscriptions.product_line as condition_id,
        1 as holding_count,
        greatest(entity_subscriptions.started_on, entities.first_active_on) as valid_from,
        entity_subscriptions.ended_on as valid_to
    from {{ of_changed_entities(ref('int_entity_subscriptions')) }} as entity_subscriptions
    inner join {{ ref('int_entities') }} as entities
        on
            entity_subscriptions.entity_type = entities.entity_type
            and entity_subscriptions.entity_id = entities.entity_id
    inner join definitions
        on
            entity_subscriptions.entity_type = definitions.entity_type
            and entity_subscriptions.product_line = definitions.product_line
    where
        entity_subscriptions.stage = 'paid'
        and entity_subscriptions.started_on is not null
        and (
            entity_subscriptions.ended_on is null
            or (
                entity_subscriptions.ended_on > entity_subscriptions.started_on
                and entity_subscriptions.ended_on > entities.first_active_on
            )
        )
),

period_steps as (

    {{ steps_from_periods('periods', keys, ['holding_count']) | indent(4) }}

),

-- days of activity that follow each other closely make one stretch
active_steps as (

    select
        definition_key,
        entity_type,
        entity_id,
        'active' as condition_type,
        'active_within_days' as condition_id,
        activity_date as step_date,
        1 as holding_count
    from active_definition_days
    where previous_idle_date is null or previous_idle_date < activity_date
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        'active' as condition_type,
        'active_within_days' as condition_id,
        idle_date as step_date,
        -1 as holding_count
    from active_definition_days
    where next_activity_date is null or next_activity_date > idle_date

),

steps as (

    select * from period_steps
    union all
    select * from active_steps

),

steps_in_horizon as (

    select steps.*
    from steps
    inner join {{ ref('int_clock') }} as clock
        on steps.step_date <= clock.horizon_date

),

timelines as (

    {{ periods_from_steps('steps_in_horizon', keys, ['holding_count']) | indent(4) }}

),

-- how many hold it does not matter: only a change between none and some is one
changes as (

    select
        *,
        lead(valid_from) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as next_valid_from
    from timelines
    where (holding_count > 0) <> (holding_count - holding_count_change > 0)

)

select
    definition_key,
    entity_type,
    entity_id,
    condition_type,
    condition_id,
    valid_from,
    next_valid_from as valid_to
from changes
where holding_count > 0
