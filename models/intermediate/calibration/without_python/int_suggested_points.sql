-- depends_on: {{ ref('int_training_observations') }}, {{ ref('int_training_values') }}
-- depends_on: {{ ref('int_evaluated_definitions') }}
{{ written_by_calibrate() }}
