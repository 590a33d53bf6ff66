with

-- what speaks against somebody is never worth points
left_out_signals as (

    select
        evaluated_definitions.definition_id,
        signals.signal_id
    from {{ ref('int_evaluated_definitions') }} as evaluated_definitions
    cross join {{ ref('stg_config__signals') }} as signals
    where signals.category = 'negative'
    {{ union_distinct() }}
    select
        evaluated_definitions.definition_id,
        definition_rules.signal_id
    from {{ ref('int_evaluated_definitions') }} as evaluated_definitions
    inner join {{ ref('stg_config__definition_rules') }} as definition_rules
        on evaluated_definitions.definition_key = definition_rules.definition_key
    where definition_rules.effect = 'disqualify'

)

select
    training_observations.definition_id,
    observed_values.signal_id,
    training_observations.observation_number,
    signals.window_days,
    {{ dbt.datediff(
        'observed_values.latest_activity_on', 'training_observations.observed_on', 'day'
    ) }} as age_days,
    observed_values.signal_value,
    {%- for days in var('calibration_windows') %}
    observed_values.value_{{ days }}d,
    {%- endfor %}
    observed_values.value_ever
from {{ ref('int_training_observations') }} as training_observations
inner join {{ ref('int_observed_values') }} as observed_values
    on
        training_observations.entity_type = observed_values.entity_type
        and training_observations.entity_id = observed_values.entity_id
        and training_observations.observed_on = observed_values.observed_on
left join {{ ref('stg_config__signals') }} as signals
    on observed_values.signal_id = signals.signal_id
left join left_out_signals
    on
        training_observations.definition_id = left_out_signals.definition_id
        and observed_values.signal_id = left_out_signals.signal_id
where left_out_signals.signal_id is null
