{#- What a definition asks for besides the score. Each condition holds from valid_from until
    valid_to; it is written down only while it holds. -#}
{%- set keys = [
    "definition_key", "entity_type", "entity_id", "condition_type", "condition_id",
] -%}
{{ config(**continued_by_entity(keys)) }}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}

),

met_rules as (

    select rule_timelines.* from {{ to_rescore(ref('int_rule_timelines')) }} as rule_timelines
    where awards >= 1

),

periods as (

    select
        fit_timelines.{{ keys[:3] | join(',\n        fit_timelines.') }},
        case fit_timelines.effect when 'gate' then 'gate' else 'disqualified' end
            as condition_type,
        case fit_timelines.effect
            when 'gate' then fit_timelines.gate_group
            else fit_timelines.fit_rule_id
        end as condition_id,
        1 as holding_count,
        fit_timelines.valid_from,
        fit_timelines.valid_to
    from {{ to_rescore(ref('int_fit_timelines')) }} as fit_timelines
    where fit_timelines.is_met and fit_timelines.effect in ('gate', 'disqualify')
    union all
    select
        {{ keys[:3] | join(',\n        ') }},
        case effect when 'hand_raise' then 'hand_raise' else 'disqualified' end as condition_type,
        rule_id as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from met_rules
    where effect in ('hand_raise', 'disqualify')
    union all
    select
        {{ keys[:3] | join(',\n        ') }},
        'requirement' as condition_type,
        requirement_group as condition_id,
        1 as holding_count,
        valid_from,
        valid_to
    from met_rules
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
    from {{ to_rescore(ref('int_stage_timelines')) }} as stage_timelines
    inner join definitions
        on
            stage_timelines.entity_type = definitions.entity_type
            and {{ is_in_list('stage_timelines.stage', 'definitions.audience') }}
    union all
    select
        definitions.definition_key,
        subscription_periods.entity_type,
        subscription_periods.entity_id,
        'owned_line' as condition_type,
        subscription_periods.product_line as condition_id,
        1 as holding_count,
        subscription_periods.valid_from,
        subscription_periods.valid_to
    from {{ to_rescore(ref('int_subscription_periods')) }} as subscription_periods
    inner join definitions
        on
            subscription_periods.entity_type = definitions.entity_type
            and subscription_periods.product_line = definitions.product_line
    where subscription_periods.stage = 'paid'
    union all
    select
        definitions.definition_key,
        active_periods.entity_type,
        active_periods.entity_id,
        'active' as condition_type,
        'active_within_days' as condition_id,
        1 as holding_count,
        active_periods.valid_from,
        active_periods.valid_to
    from {{ to_rescore(ref('int_active_periods')) }} as active_periods
    inner join definitions
        on
            active_periods.entity_type = definitions.entity_type
            and active_periods.active_within_days = definitions.active_within_days

),

steps as (

    {{ steps_from_periods('periods', keys, ['holding_count']) | indent(4) }}

),

steps_in_horizon as (

    select steps.*
    from steps
    inner join {{ ref('int_as_of') }} as as_of
        on steps.step_date <= as_of.horizon_date

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
    {{ keys | join(',\n    ') }},
    valid_from,
    next_valid_from as valid_to
from changes
where holding_count > 0
