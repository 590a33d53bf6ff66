-- Of rows without any other id int_event_rejects tells; of these, nothing is lost but who it was.
{{ config(group='pql', severity='warn', meta={'says_rows': true}) }}
{%- set text = dbt.type_string() %}

with

placeholders as (

    select
        placeholder_example,
        sum(placeholder_count) as row_count,
        min(event_date) as first_date,
        max(event_date) as last_date
    from {{ ref('int_counting_manifest') }}
    where placeholder_count > 0
    group by placeholder_example

)

select
    placeholder_example || ' or the like: ' || cast(row_count as {{ text }}) || ' row(s) of '
    || cast(first_date as {{ text }}) || ' to ' || cast(last_date as {{ text }}) as finding
from placeholders
order by row_count desc, placeholder_example
