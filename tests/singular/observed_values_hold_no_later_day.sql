-- On each date of an observation: the value of a signal is the one that its timeline, built another
-- way, has on that day. A value that knows a later day, or forgets an earlier one, differs.
{{ config(group='pql') }}

with

observed_dates as (

    select distinct
        entity_type,
        entity_id,
        observed_on
    from {{ ref('int_observations') }}

),

timeline_values as (

    select
        timelines.signal_id,
        observed_dates.entity_type,
        observed_dates.entity_id,
        timelines.signal_value,
        observed_dates.observed_on
    from observed_dates
    inner join {{ ref('int_signal_timelines') }} as timelines
        on
            observed_dates.entity_type = timelines.entity_type
            and observed_dates.entity_id = timelines.entity_id
            and {{ is_valid_on('timelines', 'observed_dates.observed_on') }}

),

timed_signals as (

    select distinct
        signal_id,
        entity_type
    from {{ ref('int_signal_timelines') }}

),

observed_values as (

    select observed_values.*
    from {{ ref('int_observed_values') }} as observed_values
    inner join timed_signals
        on
            observed_values.signal_id = timed_signals.signal_id
            and observed_values.entity_type = timed_signals.entity_type
    inner join observed_dates
        on
            observed_values.entity_type = observed_dates.entity_type
            and observed_values.entity_id = observed_dates.entity_id
            and observed_values.observed_on = observed_dates.observed_on

)

select
    coalesce(observed_values.signal_id, timeline_values.signal_id) as signal_id,
    coalesce(observed_values.entity_id, timeline_values.entity_id) as entity_id,
    coalesce(observed_values.observed_on, timeline_values.observed_on) as observed_on,
    observed_values.signal_value as observed_value,
    timeline_values.signal_value as timeline_value
from observed_values
full outer join timeline_values
    on
        observed_values.signal_id = timeline_values.signal_id
        and observed_values.entity_type = timeline_values.entity_type
        and observed_values.entity_id = timeline_values.entity_id
        and observed_values.observed_on = timeline_values.observed_on
where coalesce(observed_values.signal_value, 0) <> coalesce(timeline_values.signal_value, 0)
