{#- Half-lives act in steps of decay_step_days; idleness is counted in weeks (section 5 of the
    scoring contract). -#}
with

clock as (

    select * from {{ ref('int_clock') }}

),

definition_rules as (

    select
        definition_rules.*,
        definitions.entity_type
    from {{ ref('int_definition_rules') }} as definition_rules
    inner join {{ ref('int_definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key

),

ageing_signals as (

    select distinct
        signal_id,
        entity_type,
        {{ var('decay_step_days') }} as step_days
    from definition_rules
    where half_life_days is not null
    union all
    select distinct
        'any_activity' as signal_id,
        entity_type,
        7 as step_days
    from {{ ref('int_definitions') }}
    where decay_points_per_week <> 0

),

active_dates as (

    select distinct
        signal_days.signal_id,
        signal_days.entity_type,
        signal_days.entity_id,
        ageing_signals.step_days,
        signal_days.activity_date,
        {{ add_days('clock.horizon_date', 1) }} as end_date
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join ageing_signals
        on
            signal_days.signal_id = ageing_signals.signal_id
            and signal_days.entity_type = ageing_signals.entity_type
    inner join clock
        on signal_days.activity_date <= clock.as_of_date

),

gaps as (

    select
        *,
        coalesce(
            lead(activity_date) over (
                partition by signal_id, entity_type, entity_id order by activity_date
            ),
            end_date
        ) as next_activity_date
    from active_dates

),

measured_gaps as (

    select
        *,
        {{ dbt.datediff(
            'activity_date', 'next_activity_date', 'day'
        ) }} as gap_days
    from gaps

),

ticking_gaps as (

    select
        *,
        floor((gap_days + step_days - 1) / step_days) as tick_count
    from measured_gaps

),

tick_numbers as (

    select cast(generated_number as integer) - 1 as tick_number
    from ({{ dbt.generate_series(20000) }}) as numbers

),

ticks as (

    select
        ticking_gaps.signal_id,
        ticking_gaps.entity_type,
        ticking_gaps.entity_id,
        ticking_gaps.activity_date,
        tick_numbers.tick_number * ticking_gaps.step_days as age_days
    from ticking_gaps
    inner join tick_numbers
        on ticking_gaps.tick_count > tick_numbers.tick_number
    where ticking_gaps.tick_count > 1
    union all
    -- most gaps are short, and have their first tick only
    select
        signal_id,
        entity_type,
        entity_id,
        activity_date,
        0 as age_days
    from ticking_gaps
    where tick_count <= 1

),

dated_ticks as (

    select
        *,
        {{ add_days('activity_date', 'age_days') }} as valid_from
    from ticks

)

select
    signal_id,
    entity_type,
    entity_id,
    age_days,
    lag(age_days, 1, 0) over (
        partition by signal_id, entity_type, entity_id order by valid_from
    ) as previous_age_days,
    valid_from,
    lead(valid_from) over (
        partition by signal_id, entity_type, entity_id order by valid_from
    ) as valid_to
from dated_ticks
