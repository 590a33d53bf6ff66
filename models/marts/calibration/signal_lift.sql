with

signal_thresholds as (

    select * from {{ ref('int_signal_thresholds') }}

),

signals as (

    select * from {{ ref('stg_config__signals') }}

),

rates as (

    select
        *,
        observation_count - with_count as without_count,
        converted_count - with_converted_count as without_converted_count,
        with_converted_count * 1.0 / nullif(with_count, 0) as rate_with,
        (converted_count - with_converted_count)
        * 1.0
        / nullif(observation_count - with_count, 0) as rate_without
    from signal_thresholds

)

select
    rates.definition_id,
    rates.signal_id,
    signals.signal_name,
    signals.category,
    rates.cut_type,
    case when rates.cut_type = 'value' then signals.window_days end as window_days,
    cast(rates.min_value as decimal(18, 2)) as min_value,
    cast(rates.with_count as {{ dbt.type_bigint() }}) as with_count,
    cast(rates.without_count as {{ dbt.type_bigint() }}) as without_count,
    cast(rates.with_converted_count as {{ dbt.type_bigint() }}) as with_converted_count,
    cast(rates.without_converted_count as {{ dbt.type_bigint() }}) as without_converted_count,
    cast(rates.rate_with as decimal(18, 4)) as conversion_rate_with,
    cast(rates.rate_without as decimal(18, 4)) as conversion_rate_without,
    cast(rates.rate_with / nullif(rates.rate_without, 0) as decimal(18, 2)) as lift,
    cast(statistics.odds_ratio as decimal(18, 2)) as odds_ratio,
    cast(statistics.odds_ratio_low as decimal(18, 2)) as odds_ratio_low,
    cast(statistics.odds_ratio_high as decimal(18, 2)) as odds_ratio_high,
    cast(statistics.p_value as decimal(18, 6)) as p_value,
    cast(statistics.q_value as decimal(18, 6)) as q_value,
    statistics.direction,
    statistics.verdict
from rates
inner join signals
    on rates.signal_id = signals.signal_id
inner join {{ ref('int_signal_lift') }} as statistics
    on
        rates.definition_id = statistics.definition_id
        and rates.signal_id = statistics.signal_id
        and rates.cut_type = statistics.cut_type
        and rates.min_value = cast(statistics.min_value as decimal(38, 6))
