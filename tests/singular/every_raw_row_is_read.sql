-- Of each day, no fewer rows were read and counted than raw held when the build began; more, if
-- some came in meanwhile.
{{ config(group='pql') }}

select
    raw_event_day_stats.event_date,
    raw_event_day_stats.row_count as raw_count,
    counted_days.row_count as counted_count
from {{ ref('int_raw_event_day_stats') }} as raw_event_day_stats
left join {{ ref('int_counting_manifest') }} as counted_days
    on raw_event_day_stats.event_date = counted_days.event_date
where coalesce(counted_days.row_count, 0) < raw_event_day_stats.row_count
