{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys, starts="changed_on", ends=none)) }}

with

rules as (

    select * from {{ ref('int_rule_change_descriptions') }}

),

met_rules as (

    select
        rule_timelines.*,
        rules.signal_name,
        rules.signal_end
    from {{ to_rescore(ref('int_rule_timelines'), ends=none) }} as rule_timelines
    inner join rules
        on
            rule_timelines.definition_key = rules.definition_key
            and rule_timelines.rule_id = rules.rule_id
    where rule_timelines.requirement_group is not null and rule_timelines.awards >= 1

),

-- the rules by which a requirement is met, or no longer
requirement_turns as (

    select
        {{ keys | join(',\n        ') }},
        requirement_group,
        valid_from as changed_on,
        true as is_start,
        min(signal_name) as turn
    from met_rules
    group by {{ keys | join(', ') }}, requirement_group, valid_from
    union all
    select
        {{ keys | join(',\n        ') }},
        requirement_group,
        valid_to as changed_on,
        false as is_start,
        min(signal_end) as turn
    from met_rules
    where valid_to is not null
    group by {{ keys | join(', ') }}, requirement_group, valid_to

)

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
                        || {{ format_count('definitions.active_within_days', 'day') }}
                end
        when 'audience'
            then 'stage now ' || coalesce(stage_timelines.stage, condition_changes.condition_id)
        when 'owned_line'
            then
                case when condition_changes.is_start then 'now ' else 'no longer ' end
                || 'pays for ' || condition_changes.condition_id
        when 'disqualified'
            then
                coalesce(fit_rules.reason, rules.signal_name, condition_changes.condition_id)
                || case when condition_changes.is_start then '' else ': no longer' end
        else
            case when condition_changes.is_start then 'now ' else 'no longer ' end
            || 'meets fit ' || condition_changes.condition_id
    end as cause
from {{ to_rescore(ref('int_condition_changes'), ends='changed_on') }} as condition_changes
inner join {{ ref('stg_config__definitions') }} as definitions
    on condition_changes.definition_key = definitions.definition_key
left join rules
    on
        condition_changes.definition_key = rules.definition_key
        and condition_changes.condition_id = rules.rule_id
        and condition_changes.condition_type in ('hand_raise', 'disqualified')
left join {{ ref('stg_config__fit_rules') }} as fit_rules
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
