select
    aha_moments.definition_id,
    aha_moments.signal_id,
    signals.signal_name,
    cast(aha_moments.min_count as {{ dbt.type_int() }}) as min_count,
    cast(aha_moments.converter_count as {{ dbt.type_bigint() }}) as converter_count,
    cast(aha_moments.other_count as {{ dbt.type_bigint() }}) as other_count,
    cast(aha_moments.churned_count as {{ dbt.type_bigint() }}) as churned_count,
    cast(aha_moments.share_of_converters as decimal(18, 4)) as share_of_converters,
    cast(aha_moments.share_of_others as decimal(18, 4)) as share_of_others,
    cast(aha_moments.share_of_churned as decimal(18, 4)) as share_of_churned,
    cast(aha_moments.difference as decimal(18, 4)) as difference,
    cast(aha_moments.difference_first_half as decimal(18, 4)) as difference_first_half,
    cast(aha_moments.difference_second_half as decimal(18, 4)) as difference_second_half,
    cast(aha_moments.odds_ratio as decimal(18, 2)) as odds_ratio,
    cast(aha_moments.odds_ratio_low as decimal(18, 2)) as odds_ratio_low,
    cast(aha_moments.odds_ratio_high as decimal(18, 2)) as odds_ratio_high,
    cast(aha_moments.q_value as decimal(18, 6)) as q_value,
    cast(aha_moments.median_days_to_reach as {{ dbt.type_int() }}) as median_days_to_reach,
    cast(aha_moments.usual_position as {{ dbt.type_int() }}) as usual_position,
    aha_moments.is_published_rule_met,
    aha_moments.is_stable,
    aha_moments.is_best_count,
    aha_moments.is_best_trigger,
    aha_moments.verdict
from {{ ref('int_aha_moments') }} as aha_moments
inner join {{ ref('stg_config__signals') }} as signals
    on aha_moments.signal_id = signals.signal_id
