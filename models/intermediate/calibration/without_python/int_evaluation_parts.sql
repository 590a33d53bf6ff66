-- depends_on: {{ ref('int_segmented_scores') }}
{{ written_by_calibrate() }}
