{#- Half-lives act in steps of decay_step_days; idleness is counted in weeks (section 5 of the
    scoring contract). -#}
{{ config(**continued_by_entity(['signal_id', 'entity_type', 'entity_id'])) }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

definition_rules as (

    select
        definition_rules.*,
        definitions.entity_type
    from {{ ref('stg_config__definition_rules') }} as definition_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
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
    from {{ ref('stg_config__definitions') }}
    where decay_points_per_week <> 0

),

-- each of them, but of those before the day of the change only the last
active_dates as (

    select
        signal_days.signal_id,
        signal_days.entity_type,
        signal_days.entity_id,
        ageing_signals.step_days,
        max(signal_days.activity_date) as activity_date,
        {{ add_days('as_of.horizon_date', 1) }} as end_date
    from {{ days_to_rescore(ref('int_entity_signal_days')) }} as signal_days
    inner join ageing_signals
        on
            signal_days.signal_id = ageing_signals.signal_id
            and signal_days.entity_type = ageing_signals.entity_type
    inner join as_of
        on signal_days.activity_date <= as_of.as_of_date
    group by
        signal_days.signal_id,
        signal_days.entity_type,
        signal_days.entity_id,
        ageing_signals.step_days,
        as_of.horizon_date,
        case
            when signal_days.activity_date >= signal_days.changed_from
                then signal_days.activity_date
        end

),

-- from one active day to the next, or past the horizon
gaps as (

    select
        *,
        lead(activity_date) over (
            partition by signal_id, entity_type, entity_id order by activity_date
        ) as next_activity_date
    from active_dates

),

ticking_gaps as (

    select
        *,
        cast(floor(({{ dbt.datediff(
            'activity_date', 'coalesce(next_activity_date, end_date)', 'day'
        ) }} - 1) / step_days) as {{ dbt.type_int() }}) as last_tick
    from gaps

),

neighbouring_gaps as (

    select
        *,
        lag(last_tick, 1, 0) over (
            partition by signal_id, entity_type, entity_id order by activity_date
        ) as previous_last_tick
    from ticking_gaps

),

tick_numbers as (

    select cast(generated_number as {{ dbt.type_int() }}) as tick_number
    from ({{ dbt.generate_series(20000) }}) as numbers

),

ticks as (

    select
        *,
        0 as tick_number,
        previous_last_tick as previous_tick
    from neighbouring_gaps
    union all
    select
        neighbouring_gaps.*,
        tick_numbers.tick_number,
        tick_numbers.tick_number - 1 as previous_tick
    from neighbouring_gaps
    inner join tick_numbers
        on neighbouring_gaps.last_tick >= tick_numbers.tick_number

)

select
    signal_id,
    entity_type,
    entity_id,
    tick_number * step_days as age_days,
    previous_tick * step_days as previous_age_days,
    {{ add_days('activity_date', 'tick_number * step_days') }} as valid_from,
    case
        when tick_number = last_tick then next_activity_date
        else {{ add_days('activity_date', '(tick_number + 1) * step_days') }}
    end as valid_to
from ticks
