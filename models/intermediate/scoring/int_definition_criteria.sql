{{ config(materialized='view') }}

with

fit_rules as (

    select
        definition_key,
        count(distinct case when effect = 'gate' then gate_group end) as gate_count,
        sum(case when effect = 'points' then greatest(points, 0) else 0 end) as most_points
    from {{ ref('stg_config__fit_rules') }}
    group by definition_key

),

rules as (

    select
        definition_key,
        count(distinct requirement_group) as requirement_count,
        sum(greatest(points, 0) * max_awards) as most_points
    from {{ ref('stg_config__definition_rules') }}
    group by definition_key

)

select
    definitions.definition_key,
    definitions.entity_type,
    definitions.score_threshold,
    definitions.decay_points_per_week,
    coalesce(fit_rules.gate_count, 0) as gate_count,
    coalesce(rules.requirement_count, 0)
    + case when definitions.active_within_days is null then 0 else 1 end as requirement_count,
    case
        when definitions.decay_points_per_week > 0
            then
                7 * (1 + {{ floor_divide(
                    'coalesce(fit_rules.most_points, 0) + coalesce(rules.most_points, 0)',
                    'definitions.decay_points_per_week'
                ) }})
    end as decayed_after_days
from {{ ref('stg_config__definitions') }} as definitions
left join fit_rules
    on definitions.definition_key = fit_rules.definition_key
left join rules
    on definitions.definition_key = rules.definition_key
