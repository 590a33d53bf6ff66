with

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
    from {{ ref('int_signal_lift') }}

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
    cast(rates.odds_ratio as decimal(18, 2)) as odds_ratio,
    cast(rates.odds_ratio_low as decimal(18, 2)) as odds_ratio_low,
    cast(rates.odds_ratio_high as decimal(18, 2)) as odds_ratio_high,
    cast(rates.p_value as decimal(18, 6)) as p_value,
    cast(rates.q_value as decimal(18, 6)) as q_value,
    rates.direction,
    rates.verdict
from rates
inner join signals
    on rates.signal_id = signals.signal_id
