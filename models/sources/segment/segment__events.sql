{#- a table is called like its event, as the loader spells it -#}
{%- set event_table -%}
replace(replace(replace(lower(track_event), ' ', '_'), '-', '_'), '.', '_')
{%- endset -%}
{%- set tables_of_calls = ['tracks', 'event_tables', 'pages', 'screens', 'calls'] -%}

with

calls as (

    select * from {{ source_rows('segment', tables_of_calls) }} as calls

)

select
    event_id,
    event_name,
    user_id,
    anonymous_id,
    account_id,
    properties,
    occurred_at,
    received_at
from calls
where
    track_event is null
    or found_in || '.' || {{ event_table }} not in ({{ table_list('segment', 'event_tables') }})
