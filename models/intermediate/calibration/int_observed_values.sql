with

signals as (

    select
        signal_id,
        window_days
    from {{ ref('stg_config__signals') }}

),

-- the dates of observations, and the day before each outcome
observed_dates as (

    select
        entity_type,
        entity_id,
        observed_on
    from {{ ref('int_observations') }}
    {{ union_distinct() }}
    select
        entity_type,
        entity_id,
        {{ add_days('outcome_on', -1) }} as observed_on
    from {{ ref('int_outcomes') }}

),

-- only what had happened by then; an item is in a window if its latest day is
item_days as (

    select
        candidate_days.signal_id,
        observed_dates.entity_type,
        observed_dates.entity_id,
        candidate_days.item,
        1 as amount,
        max(candidate_days.activity_date) as activity_date,
        observed_dates.observed_on
    from {{ ref('int_candidate_days') }} as candidate_days
    inner join observed_dates
        on
            candidate_days.entity_type = observed_dates.entity_type
            and candidate_days.entity_id = observed_dates.entity_id
            and candidate_days.activity_date <= observed_dates.observed_on
    where candidate_days.item is not null
    group by
        candidate_days.signal_id,
        observed_dates.entity_type,
        observed_dates.entity_id,
        candidate_days.item,
        observed_dates.observed_on

),

counted_days as (

    select * from item_days
    union all
    select
        candidate_days.signal_id,
        observed_dates.entity_type,
        observed_dates.entity_id,
        candidate_days.item,
        candidate_days.amount,
        candidate_days.activity_date,
        observed_dates.observed_on
    from {{ ref('int_candidate_days') }} as candidate_days
    inner join observed_dates
        on
            candidate_days.entity_type = observed_dates.entity_type
            and candidate_days.entity_id = observed_dates.entity_id
            and candidate_days.activity_date <= observed_dates.observed_on
    where candidate_days.item is null

),

aged_days as (

    select
        counted_days.*,
        signals.window_days,
        {{ dbt.datediff(
            'counted_days.activity_date', 'counted_days.observed_on', 'day'
        ) }} as age_days
    from counted_days
    left join signals
        on counted_days.signal_id = signals.signal_id

)

select
    signal_id,
    entity_type,
    entity_id,
    cast(
        sum(case when window_days is null or age_days < window_days then amount else 0 end)
        as decimal(35, 6)
    ) as signal_value,
    {%- for days in var('calibration_windows') %}
    cast(sum(case when age_days < {{ days }} then amount else 0 end) as decimal(35, 6))
        as value_{{ days }}d,
    {%- endfor %}
    cast(sum(amount) as decimal(35, 6)) as value_ever,
    max(activity_date) as latest_activity_on,
    observed_on
from aged_days
group by signal_id, entity_type, entity_id, observed_on
