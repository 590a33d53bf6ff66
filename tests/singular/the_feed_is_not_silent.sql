-- Nothing ages while a feed is silent, and so nothing else would tell that it is. The demo's ended
-- long ago.
{{ config(
    severity='warn',
    group='pql',
    enabled=var('raw_source') != 'demo' and not var('as_of'),
) }}
{%- set started_at = "cast('{}' as {})".format(
    run_started_at.strftime('%Y-%m-%d %H:%M:%S'), dbt.type_timestamp()
) %}

select
    watermark_at,
    {{ started_at }} as run_started_at
from {{ ref('int_clock') }}
where watermark_at < {{ dbt.dateadd('hour', -(var('max_silent_hours') | int), started_at) }}
