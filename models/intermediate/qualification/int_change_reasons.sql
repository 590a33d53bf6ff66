{{ config(**by_entity()) }}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{%- set text = dbt.type_string() -%}

with

qualification_changes as (

    select
        qualification_changes.*,
        qualification_changes.caused_on = entities.first_active_on as is_first_day
    from {{ of_changed_entities(ref('int_qualification_changes')) }} as qualification_changes
    inner join {{ ref('int_entities') }} as entities
        on
            qualification_changes.entity_type = entities.entity_type
            and qualification_changes.entity_id = entities.entity_id

),

definitions as (

    select * from {{ ref('int_definitions') }}

),

eligibility_changes as (

    select
        criteria_after.definition_key,
        criteria_after.entity_type,
        criteria_after.entity_id,
        criteria_after.valid_from as changed_on
    from {{ of_changed_entities(ref('int_criteria_timelines')) }} as criteria_after
    inner join {{ ref('int_criteria_timelines') }} as criteria_before
        on
            criteria_after.definition_key = criteria_before.definition_key
            and criteria_after.entity_type = criteria_before.entity_type
            and criteria_after.entity_id = criteria_before.entity_id
            and criteria_after.valid_from = criteria_before.valid_to
            and criteria_after.is_eligible <> criteria_before.is_eligible

),

rules as (

    select
        definition_rules.definition_key,
        definition_rules.rule_id,
        definition_rules.points,
        definition_rules.half_life_days,
        signals.signal_name,
        signals.signal_name
        || case
            when signals.window_days is null then ' no longer counts'
            else ' leaves its ' || cast(signals.window_days as {{ text }}) || '-day window'
        end as signal_end
    from {{ ref('int_definition_rules') }} as definition_rules
    inner join {{ ref('int_signals') }} as signals
        on definition_rules.signal_id = signals.signal_id

),

fit_rules as (

    select * from {{ ref('int_fit_rules') }}

),

conditions as (

    select * from {{ ref('int_conditions') }}

),

-- the rules by which a requirement is met, or no longer
requirement_turns as (

    select
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.requirement_group,
        rule_timelines.valid_from as changed_on,
        true as is_start,
        min(rules.signal_name) as turn
    from {{ of_changed_entities(ref('int_rule_timelines')) }} as rule_timelines
    inner join rules
        on
            rule_timelines.definition_key = rules.definition_key
            and rule_timelines.rule_id = rules.rule_id
    where rule_timelines.requirement_group is not null and rule_timelines.awards >= 1
    group by
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.requirement_group,
        rule_timelines.valid_from
    union all
    select
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.requirement_group,
        rule_timelines.valid_to as changed_on,
        false as is_start,
        min(rules.signal_end) as turn
    from {{ of_changed_entities(ref('int_rule_timelines')) }} as rule_timelines
    inner join rules
        on
            rule_timelines.definition_key = rules.definition_key
            and rule_timelines.rule_id = rules.rule_id
    where
        rule_timelines.requirement_group is not null
        and rule_timelines.awards >= 1
        and rule_timelines.valid_to is not null
    group by
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.requirement_group,
        rule_timelines.valid_to

),

-- conditions that begin or end on the day that decided
condition_changes as (

    select
        qualification_changes.definition_key,
        qualification_changes.entity_type,
        qualification_changes.entity_id,
        qualification_changes.changed_on,
        qualification_changes.caused_on,
        qualification_changes.is_qualified,
        conditions.condition_type,
        conditions.condition_id,
        conditions.valid_from = qualification_changes.caused_on as is_start,
        case
            when conditions.valid_from = qualification_changes.caused_on then 'now '
            else 'no longer '
        end as turn
    from qualification_changes
    inner join conditions
        on
            qualification_changes.definition_key = conditions.definition_key
            and qualification_changes.entity_type = conditions.entity_type
            and qualification_changes.entity_id = conditions.entity_id
            and (
                qualification_changes.caused_on = conditions.valid_from
                or qualification_changes.caused_on = conditions.valid_to
            )
    left join eligibility_changes
        on
            qualification_changes.definition_key = eligibility_changes.definition_key
            and qualification_changes.entity_type = eligibility_changes.entity_type
            and qualification_changes.entity_id = eligibility_changes.entity_id
            and qualification_changes.caused_on = eligibility_changes.changed_on
    where
        conditions.condition_type in ('hand_raise', 'requirement')
        -- on the first day all that is known begins: the cause is what the entity did
        or (conditions.condition_type = 'active' and not qualification_changes.is_first_day)
        -- stage and fit may change without a change of eligibility
        or eligibility_changes.changed_on is not null

),

condition_causes as (

    select
        condition_changes.definition_key,
        condition_changes.entity_type,
        condition_changes.entity_id,
        condition_changes.changed_on,
        case condition_changes.condition_type
            when 'hand_raise' then 2
            when 'requirement' then 4
            when 'active' then 4
            else 1
        end as cause_rank,
        0 as cause_points,
        condition_changes.condition_id as cause_id,
        case condition_changes.condition_type
            when 'hand_raise'
                then
                    case
                        when condition_changes.is_start then rules.signal_name
                        else rules.signal_end
                    end
            when 'requirement'
                then
                    coalesce(
                        requirement_turns.turn, 'requirement ' || condition_changes.condition_id
                    )
            when 'active'
                then
                    case
                        when condition_changes.is_start then 'active again'
                        else
                            'no activity for '
                            || cast(definitions.active_within_days as {{ text }}) || ' days'
                    end
            when 'audience'
                then 'stage now ' || coalesce(stage_timelines.stage, condition_changes.condition_id)
            when 'owned_line'
                then condition_changes.turn || 'pays for ' || condition_changes.condition_id
            when 'disqualified'
                then
                    coalesce(fit_rules.reason, rules.signal_name, condition_changes.condition_id)
                    || case when condition_changes.is_start then '' else ': no longer' end
            else condition_changes.turn || 'meets fit ' || condition_changes.condition_id
        end as cause
    from condition_changes
    inner join definitions
        on condition_changes.definition_key = definitions.definition_key
    left join rules
        on
            condition_changes.definition_key = rules.definition_key
            and condition_changes.condition_id = rules.rule_id
            and condition_changes.condition_type in ('hand_raise', 'disqualified')
    left join fit_rules
        on
            condition_changes.definition_key = fit_rules.definition_key
            and condition_changes.condition_id = fit_rules.fit_rule_id
            and condition_changes.condition_type = 'disqualified'
    left join requirement_turns
        on
            condition_changes.definition_key = requirement_turns.definition_key
            and condition_changes.entity_type = requirement_turns.entity_type
            and condition_changes.entity_id = requirement_turns.entity_id
            and condition_changes.condition_id = requirement_turns.requirement_group
            and condition_changes.caused_on = requirement_turns.changed_on
            and condition_changes.is_start = requirement_turns.is_start
            and condition_changes.condition_type = 'requirement'
    left join {{ ref('int_stage_timelines') }} as stage_timelines
        on
            condition_changes.entity_type = stage_timelines.entity_type
            and condition_changes.entity_id = stage_timelines.entity_id
            and condition_changes.caused_on = stage_timelines.valid_from
            and condition_changes.condition_type = 'audience'
    where
        (condition_changes.is_start = condition_changes.is_qualified)
        = (condition_changes.condition_type not in ('disqualified', 'owned_line'))

),

-- lines of the sum that move on that day
score_causes as (

    select
        qualification_changes.definition_key,
        qualification_changes.entity_type,
        qualification_changes.entity_id,
        qualification_changes.changed_on,
        3 as cause_rank,
        abs(score_steps.delta) as cause_points,
        score_steps.rule_id as cause_id,
        case score_steps.source
            when 'rule'
                then
                    case
                        when sign(score_steps.delta) = sign(rules.points) then rules.signal_name
                        when rules.half_life_days is not null
                            then rules.signal_name || ' fades'
                        else rules.signal_end
                    end
            when 'decay'
                then
                    case
                        when score_steps.delta > 0 then 'active again'
                        else 'another week without activity'
                    end
            when 'fit' then coalesce(fit_rules.reason, fit_rules.attribute)
            else 'the cap on ' || score_steps.rule_id
        end
        || ' (' || {{ points_in_words('score_steps.delta') }} || ')' as cause
    from qualification_changes
    inner join {{ ref('int_score_steps') }} as score_steps
        on
            qualification_changes.definition_key = score_steps.definition_key
            and qualification_changes.entity_type = score_steps.entity_type
            and qualification_changes.entity_id = score_steps.entity_id
            and qualification_changes.caused_on = score_steps.changed_on
            and qualification_changes.is_qualified = (score_steps.delta > 0)
    left join rules
        on
            score_steps.definition_key = rules.definition_key
            and score_steps.rule_id = rules.rule_id
            and score_steps.source = 'rule'
    left join fit_rules
        on
            score_steps.definition_key = fit_rules.definition_key
            and score_steps.rule_id = fit_rules.fit_rule_id
            and score_steps.source = 'fit'

),

causes as (

    select * from condition_causes
    union all
    select * from score_causes

),

ranked_causes as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }}, changed_on
            order by cause_rank, cause_points desc, cause_id
        ) as cause_order
    from causes

)

select
    qualification_changes.definition_key,
    qualification_changes.entity_type,
    qualification_changes.entity_id,
    coalesce(ranked_causes.cause, 'first day of activity') as reason,
    qualification_changes.is_qualified,
    qualification_changes.caused_on,
    qualification_changes.changed_on
from qualification_changes
left join ranked_causes
    on
        qualification_changes.definition_key = ranked_causes.definition_key
        and qualification_changes.entity_type = ranked_causes.entity_type
        and qualification_changes.entity_id = ranked_causes.entity_id
        and qualification_changes.changed_on = ranked_causes.changed_on
        and ranked_causes.cause_order = 1
