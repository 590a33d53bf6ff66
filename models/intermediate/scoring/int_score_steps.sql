{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys, starts="changed_on", ends=none)) }}
{%- set category = keys + ["category", "max_points"] -%}

with

rule_periods as (

    select
        rule_timelines.definition_key,
        rule_timelines.entity_type,
        rule_timelines.entity_id,
        rule_timelines.rule_id,
        signals.category,
        rule_timelines.points,
        rule_timelines.valid_from,
        rule_timelines.valid_to
    from {{ to_rescore(ref('int_rule_timelines')) }} as rule_timelines
    inner join {{ ref('stg_config__signals') }} as signals
        on rule_timelines.signal_id = signals.signal_id
    where rule_timelines.points <> 0

),

capped_periods as (

    select
        rule_periods.*,
        category_caps.max_points
    from rule_periods
    inner join {{ ref('stg_config__category_caps') }} as category_caps
        on
            rule_periods.definition_key = category_caps.definition_key
            and rule_periods.category = category_caps.category

),

category_steps as (

    {{ steps_from_periods('capped_periods', category, ['points']) | indent(4) }}

),

category_timelines as (

    {{ periods_from_steps('category_steps', category, ['points']) | indent(4) }}

),

-- the lines of the sum, with the days on which they hold
lines as (

    select
        {{ keys | join(',\n        ') }},
        'rule' as source,
        rule_id,
        points,
        valid_from,
        valid_to
    from rule_periods
    union all
    select
        {{ keys | join(',\n        ') }},
        'cap' as source,
        category as rule_id,
        max_points - points as points,
        valid_from,
        valid_to
    from category_timelines
    where points > max_points
    union all
    select
        fit_timelines.{{ keys | join(',\n        fit_timelines.') }},
        'fit' as source,
        fit_timelines.fit_rule_id as rule_id,
        fit_timelines.points,
        fit_timelines.valid_from,
        fit_timelines.valid_to
    from {{ to_rescore(ref('int_fit_timelines')) }} as fit_timelines
    where fit_timelines.effect = 'points' and fit_timelines.points <> 0

),

line_steps as (

    {{ steps_from_periods('lines', keys + ['source', 'rule_id'], ['points']) | indent(4) }}

),

line_changes as (

    select
        {{ keys | join(',\n        ') }},
        source,
        rule_id,
        cast(sum(points) as decimal(18, 2)) as delta,
        step_date as changed_on
    from line_steps
    group by {{ keys | join(', ') }}, source, rule_id, step_date
    having sum(points) <> 0

),

idle_weeks as (

    select
        definitions.definition_key,
        signal_ages.entity_type,
        signal_ages.entity_id,
        definitions.decay_points_per_week,
        cast(
            (signal_ages.previous_age_days - signal_ages.age_days) / 7 as {{ dbt.type_int() }}
        ) as fewer_weeks,
        cast(
            (
                least(signal_ages.previous_age_days, definitions.decayed_after_days)
                - least(signal_ages.age_days, definitions.decayed_after_days)
            ) / 7 as {{ dbt.type_int() }}
        ) as fewer_effective_weeks,
        signal_ages.valid_from
    from {{ to_rescore(ref('int_signal_ages')) }} as signal_ages
    inner join {{ ref('int_definition_criteria') }} as definitions
        on signal_ages.entity_type = definitions.entity_type
    where
        signal_ages.signal_id = 'any_activity'
        and signal_ages.age_days <> signal_ages.previous_age_days
        and definitions.decay_points_per_week <> 0

)

select
    {{ keys | join(',\n    ') }},
    source,
    rule_id,
    delta,
    delta as effective_delta,
    changed_on
from line_changes
union all
-- most changes of a ledger are weeks of decay, and those need no sum
select
    {{ keys | join(',\n    ') }},
    'decay' as source,
    'idle' as rule_id,
    cast(decay_points_per_week * fewer_weeks as decimal(18, 2)) as delta,
    cast(decay_points_per_week * fewer_effective_weeks as decimal(18, 2)) as effective_delta,
    valid_from as changed_on
from idle_weeks
