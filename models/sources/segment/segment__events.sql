{%- set columns = "event_id, event_name, occurred_at, received_at, user_id, anonymous_id, account_id" -%}
{#- a table is called like its event, as the loader spells it -#}
{%- set event_table = "replace(replace(replace(lower(event), ' ', '_'), '-', '_'), '.', '_')" -%}

with

event_rows as (

    select * from {{ source_rows('segment', 'event_tables') }} as event_tables

),

track_rows as (

    select * from {{ source_rows('segment', 'tracks') }} as tracks
    where
        coalesce(found_in || '.' || {{ event_table }}, '')
        not in ({{ table_list('segment', 'event_tables') }})
        or event is null

),

page_rows as (

    select * from {{ source_rows('segment', 'pages') }} as pages

),

screen_rows as (

    select * from {{ source_rows('segment', 'screens') }} as screens

),

call_rows as (

    select * from {{ source_rows('segment', 'calls') }} as calls

)

select
    {{ columns }},
    properties
from event_rows
union all
select
    {{ columns }},
    cast(null as {{ dbt.type_string() }}) as properties
from track_rows
union all
select
    {{ columns | replace("event_name", "'page' as event_name") }},
    properties
from page_rows
union all
select
    {{ columns | replace("event_name", "'screen' as event_name") }},
    properties
from screen_rows
union all
select
    {{ columns }},
    properties
from call_rows
