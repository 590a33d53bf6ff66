-- depends_on: {{ ref('int_signal_thresholds') }}
{{ written_by_calibrate() }}
