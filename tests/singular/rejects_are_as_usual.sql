{{ config(group='pql', severity='warn', meta={'says_rows': true}) }}
{%- set text = dbt.type_string() %}

select
    event_name || ': ' || cast(recent_rejected_count as {{ text }}) || ' row(s), '
    || {{ format_percent('recent_share') }} || ' where '
    || {{ format_percent('coalesce(usual_share, 0)') }}
    || ' is usual, most for ' || top_reason || ', such as ' || example as finding
from {{ ref('int_reject_shares') }}
where subject_type = 'event' and is_unusual
order by recent_rejected_count desc, event_name
