{{ config(materialized='view') }}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}

with

-- a built-in event is nobody's act
act_signals as (

    select distinct signal_id from {{ ref('stg_config__signal_events') }}
    where event_name not like '@%'

),

-- what once more of each would bring
acts as (

    select
        lines.definition_key,
        lines.entity_type,
        lines.entity_id,
        lines.category,
        signals.signal_name,
        definition_rules.points
        * case
            when lines.awards >= definition_rules.max_awards then definition_rules.max_awards
            when lines.minimum * (lines.awards + 1) - lines.value <= 1 then lines.awards + 1
            else lines.awards
        end
        - lines.points as gain
    from {{ ref('int_reasons') }} as lines
    inner join {{ ref('stg_config__definition_rules') }} as definition_rules
        on
            lines.definition_key = definition_rules.definition_key
            and lines.rule_id = definition_rules.rule_id
    inner join {{ ref('stg_config__signals') }} as signals
        on lines.signal_id = signals.signal_id
    inner join act_signals
        on lines.signal_id = act_signals.signal_id
    where lines.source = 'rule' and lines.effect = 'score' and signals.measure <> 'sum'

),

-- what the caps leave to gain
capped_categories as (

    select
        lines.definition_key,
        lines.entity_type,
        lines.entity_id,
        lines.category,
        category_caps.max_points - sum(lines.points) as most_gain
    from {{ ref('int_reasons') }} as lines
    inner join {{ ref('stg_config__category_caps') }} as category_caps
        on
            lines.definition_key = category_caps.definition_key
            and lines.category = category_caps.category
    where lines.source = 'rule'
    group by
        lines.definition_key,
        lines.entity_type,
        lines.entity_id,
        lines.category,
        category_caps.max_points

),

-- acts that, done once more, close the gap in points by themselves
closing_events as (

    select
        acts.definition_key,
        acts.entity_type,
        acts.entity_id,
        acts.signal_name,
        max(acts.gain) as gain
    from acts
    inner join {{ ref('int_points_to_threshold') }} as missing_points
        on
            acts.definition_key = missing_points.definition_key
            and acts.entity_type = missing_points.entity_type
            and acts.entity_id = missing_points.entity_id
    left join capped_categories
        on
            acts.definition_key = capped_categories.definition_key
            and acts.entity_type = capped_categories.entity_type
            and acts.entity_id = capped_categories.entity_id
            and acts.category = capped_categories.category
    where
        acts.gain >= missing_points.points_missing_if_active
        and (
            capped_categories.most_gain is null
            or capped_categories.most_gain >= missing_points.points_missing_if_active
        )
    group by
        acts.definition_key,
        acts.entity_type,
        acts.entity_id,
        acts.signal_name

),

ranked_acts as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }} order by gain desc, signal_name
        ) as act_rank
    from closing_events

)

select
    {{ keys | join(',\n    ') }},
    max(case when act_rank = 1 then signal_name end)
    || coalesce(', or ' || max(case when act_rank = 2 then signal_name end), '') as acts
from ranked_acts
group by {{ keys | join(', ') }}
