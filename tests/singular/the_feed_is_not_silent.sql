-- Nothing ages while a feed is silent, and so nothing else would tell that it is. The demo's ended
-- long ago, and a past day is past.
{{ config(severity='warn', group='pql') }}
{%- set started_at = "cast('{}' as {})".format(
    run_started_at.strftime('%Y-%m-%d %H:%M:%S'), dbt.type_timestamp()
) %}
{%- set is_watched = 'demo' not in source_names() and not var('as_of') %}

select
    watermark_at,
    {{ started_at }} as run_started_at
from {{ ref('int_as_of') }}
where
    (
        watermark_at is null
        or watermark_at < {{ dbt.dateadd('hour', -(var('max_silent_hours') | int), started_at) }}
    )
    and {{ '1 = 1' if is_watched else '1 = 0' }}
