{%- set options = var('sources').get('ga4') or {} -%}

with

rows_of_events as (

    select * from {{ source_rows('ga4', ['days', 'open_days', 'event']) }} as rows_of_events

),

events as (

    select
        *,
        coalesce({{ keyed_values_as_json('event_params') }}, parameters) as properties,
        {{ keyed_values_as_json('user_properties') }} as traits
    from rows_of_events
    where
        found_as not like 'events_intraday_%'
        or found_in || '.' || replace(found_as, 'intraday_', '') not in (
            {{ table_list('ga4', 'days') }}
        )

)

select
    -- it has none: events of a batch have one time, and those of one name differ in what they hold
    coalesce(
        row_id,
        coalesce(anonymous_id, '')
        || '|' || cast(occurred_at as {{ dbt.type_string() }})
        || '|' || event_name
        || '|' || coalesce(bundle, '')
        || '|' || coalesce(batch_event_index, '')
        || '|' || {{ dbt.hash('properties') }}
    ) as event_id,
    event_name,
    user_id,
    anonymous_id,
    coalesce(
        {%- if options.account_parameter %}
        {{ json_scalar('properties', text_literal(options.account_parameter)) }},
        {%- endif %}
        {%- if options.account_property %}
        {{ json_scalar('traits', text_literal(options.account_property)) }},
        {%- endif %}
        account_id
    ) as account_id,
    properties,
    occurred_at
from events
