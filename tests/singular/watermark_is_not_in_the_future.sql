-- One clock that runs fast would age everyone: the last events of all others would seem long ago. A
-- test of int_clock alone, so that `dbt build` skips whatever reads it.
{{ config(group='pql') }}
{%- set started_at = "cast('{}' as {})".format(
    run_started_at.strftime('%Y-%m-%d %H:%M:%S'), dbt.type_timestamp()
) %}

select
    watermark_at,
    {{ started_at }} as run_started_at,
    'correct or take out the events later than now: with a received_at they would be rejected'
        as mend
from {{ ref('int_clock') }}
where watermark_at > {{ dbt.dateadd('hour', var('max_clock_skew_hours'), started_at) }}
