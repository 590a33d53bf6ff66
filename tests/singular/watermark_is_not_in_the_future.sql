-- One clock that runs fast would age everyone: the last events of all others would seem long ago.
-- It tests nothing but what comes before the as-of date, so that `dbt build` skips whatever reads
-- that. In a build of a past day no watermark ages anyone.
{{ config(group='pql', meta={'says_rows': true}) }}
{%- set started_at = "cast('{}' as {})".format(
    run_started_at.strftime('%Y-%m-%d %H:%M:%S'), dbt.type_timestamp()
) %}
{%- set latest = dbt.dateadd('hour', var('max_clock_skew_hours'), started_at) %}
{%- set text = dbt.type_string() %}

with

future_days as (

    select
        signal_counts.item as event_name,
        sum(signal_counts.row_count) as row_count,
        max(signal_counts.latest_occurred_at) as latest_occurred_at,
        max(signal_counts.latest_received_at) as latest_received_at
    from {{ ref('int_signal_counts') }} as signal_counts
    cross join {{ ref('int_as_of') }} as as_of
    where
        signal_counts.signal_id = 'any_activity'
        and signal_counts.latest_occurred_at > {{ latest }}
        and as_of.watermark_at > {{ latest }}
        and {{ "1 = 0" if var('as_of') else "1 = 1" }}
    group by signal_counts.item

)

select
    {{ text_literal(var('raw_path') or source_names() | join(', ')) }}
    || ': ' || event_name || ': up to '
    || cast(row_count as {{ text }}) || ' row(s), occurred_at as late as '
    || cast(latest_occurred_at as {{ text }}) || ', received_at as late as '
    || cast(latest_received_at as {{ text }}) || ' (blank counts as occurred_at)' as finding
from future_days
order by latest_received_at desc, event_name
