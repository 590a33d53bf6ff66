-- depends_on: {{ ref('int_early_milestones') }}
{{ written_by_calibrate() }}
