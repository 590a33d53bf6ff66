-- depends_on: {{ ref('int_contender_scores') }}, {{ ref('int_evaluated_definitions') }}
{{ written_by_calibrate() }}
