-- What is no better than a plain order is not suggested.
select
    suggested_points.definition_id,
    evaluated_definitions.definition_version,
    cast(suggested_points.rule_number as {{ dbt.type_int() }}) as rule_number,
    suggested_points.signal_id,
    coalesce(signals.signal_name, 'Signed up') as signal_name,
    cast(suggested_points.window_days as {{ dbt.type_int() }}) as window_days,
    cast(suggested_points.min_value as decimal(18, 2)) as min_value,
    cast(suggested_points.max_awards as {{ dbt.type_int() }}) as max_awards,
    cast(suggested_points.half_life_days as {{ dbt.type_int() }}) as half_life_days,
    cast(suggested_points.points as {{ dbt.type_int() }}) as points,
    cast(suggested_points.points_low as {{ dbt.type_int() }}) as points_low,
    cast(suggested_points.points_high as {{ dbt.type_int() }}) as points_high,
    cast(suggested_points.log_odds as decimal(18, 4)) as log_odds,
    cast(suggested_points.chosen_share as decimal(18, 2)) as chosen_share,
    cast(suggested_points.support_count as {{ dbt.type_bigint() }}) as support_count,
    cast(suggested_points.support_converted_count as {{ dbt.type_bigint() }})
        as support_converted_count,
    cast(suggested_points.score_threshold as {{ dbt.type_int() }}) as score_threshold,
    suggested_points.threshold_option
from {{ ref('int_suggested_points') }} as suggested_points
inner join {{ ref('int_evaluated_definitions') }} as evaluated_definitions
    on suggested_points.definition_id = evaluated_definitions.definition_id
inner join {{ ref('int_definition_evaluation') }} as evaluations
    on
        suggested_points.definition_id = evaluations.definition_id
        and suggested_points.contender = evaluations.contender
        and evaluations.verdict = 'beats_baselines'
left join {{ ref('stg_config__signals') }} as signals
    on suggested_points.signal_id = signals.signal_id
where suggested_points.contender = 'suggested_points'
