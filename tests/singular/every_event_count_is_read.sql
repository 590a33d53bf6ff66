-- Counts that say nothing are no reason to reject an event, nor to stop.
{{ config(group='pql', severity='warn', meta={'says_rows': true}) }}
{%- set text = dbt.type_string() %}

with

misread_counts as (

    select
        sum(misread_count) as row_count,
        min(misread_example) as example,
        min(event_date) as first_date,
        max(event_date) as last_date
    from {{ ref('int_counting_manifest') }}
    where misread_count > 0

)

select
    cast(row_count as {{ text }}) || ' row(s) of ' || cast(first_date as {{ text }}) || ' to '
    || cast(last_date as {{ text }}) || ', such as "' || example || '"' as finding
from misread_counts
where row_count > 0
