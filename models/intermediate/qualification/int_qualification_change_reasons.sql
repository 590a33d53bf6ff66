{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys, starts="changed_on", ends=none)) }}

with

qualification_changes as (

    select changes.*
    from {{ to_rescore(ref('int_qualification_changes'), ends='changed_on') }} as changes

),

rules as (

    select * from {{ ref('int_rule_change_descriptions') }}

),

fit_rules as (

    select * from {{ ref('stg_config__fit_rules') }}

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
        || ' (' || {{ format_points('score_steps.delta') }} || ')' as cause
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

    select causes.* from {{ to_rescore(ref('int_condition_causes'), ends='changed_on') }} as causes
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
