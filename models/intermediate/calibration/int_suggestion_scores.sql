{#- By the arithmetic of the score: what is accepted scores what it scored here. -#}
{%- set step_days = var('decay_step_days') -%}

with

-- held-out observations of those whom the definition is for
observations as (

    select * from {{ ref('int_observations') }}
    where period = 'test' and is_eligible

),

rules as (

    select
        suggested_points.*,
        signals.window_days as own_window_days
    from {{ ref('int_suggested_points') }} as suggested_points
    left join {{ ref('stg_config__signals') }} as signals
        on suggested_points.signal_id = signals.signal_id

),

inputs as (

    select
        observations.definition_id,
        observations.entity_id,
        observations.observed_on,
        observations.is_hand_raised,
        rules.contender,
        rules.score_threshold,
        rules.max_awards,
        cast(rules.points as decimal(18, 2)) as rule_points,
        cast(rules.min_value as decimal(18, 6)) as min_value,
        cast(rules.half_life_days as decimal(18, 6)) as half_life_days,
        coalesce(
            case
                when rules.window_days is null then observed_values.value_ever
                when rules.window_days = rules.own_window_days then observed_values.signal_value
                {%- for days in var('calibration_windows') %}
                when rules.window_days = {{ days }} then observed_values.value_{{ days }}d
                {%- endfor %}
            end,
            0
        ) as signal_value,
        {{ step_days }} * cast(floor({{ dbt.datediff(
            'observed_values.latest_activity_on', 'observations.observed_on', 'day'
        ) }} * 1.0 / {{ step_days }}) as {{ dbt.type_int() }}) as age_days
    from observations
    inner join rules
        on observations.definition_id = rules.definition_id
    left join {{ ref('int_observed_values') }} as observed_values
        on
            observations.entity_type = observed_values.entity_type
            and observations.entity_id = observed_values.entity_id
            and observations.observed_on = observed_values.observed_on
            and rules.signal_id = observed_values.signal_id

),

awarded as (

    select
        *,
        {{ awards('signal_value', 'min_value', 'max_awards') | indent(4) }} as awards
    from inputs

),

valued as (

    select
        *,
        case
            when awards = 0 then 0
            else
                {{ awarded_points('rule_points', 'awards', 'age_days', 'half_life_days')
                    | indent(12) }}
        end as points
    from awarded

)

select
    definition_id,
    contender,
    entity_id,
    sum(points) as score,
    is_hand_raised or sum(points) >= score_threshold as is_qualified,
    is_hand_raised,
    observed_on
from valued
group by
    definition_id,
    contender,
    entity_id,
    is_hand_raised,
    score_threshold,
    observed_on
