with

signals as (

    select * from {{ ref('stg_config__signals') }}

),

anchors as (

    select * from {{ ref('int_compared_observations') }}

),

totals as (

    select
        definition_id,
        age_band,
        trial_band,
        count(*) as observation_count,
        sum(case when is_converted then 1 else 0 end) as converted_count,
        sum(vote) as vote_count,
        sum(case when is_converted then vote else 0 end) as converted_vote_count
    from anchors
    group by definition_id, age_band, trial_band

),

cuts as (

    select cast(cuts.min_value as decimal(35, 6)) as min_value
    from (
        {%- for cut in var('calibration_cuts') %}
        select {{ cut }} as min_value{{ "\n        union all" if not loop.last }}
        {%- endfor %}
    ) as cuts

),

cut_values as (

    select
        anchors.definition_id,
        observed_values.signal_id,
        'ever' as cut_type,
        cast(1 as decimal(35, 6)) as min_value,
        anchors.age_band,
        anchors.trial_band,
        anchors.is_converted,
        anchors.vote
    from anchors
    inner join {{ ref('int_observed_values') }} as observed_values
        on
            anchors.entity_type = observed_values.entity_type
            and anchors.entity_id = observed_values.entity_id
            and anchors.observed_on = observed_values.observed_on
    where observed_values.value_ever > 0
    union all
    select
        anchors.definition_id,
        observed_values.signal_id,
        'value' as cut_type,
        cuts.min_value,
        anchors.age_band,
        anchors.trial_band,
        anchors.is_converted,
        anchors.vote
    from anchors
    inner join {{ ref('int_observed_values') }} as observed_values
        on
            anchors.entity_type = observed_values.entity_type
            and anchors.entity_id = observed_values.entity_id
            and anchors.observed_on = observed_values.observed_on
    inner join cuts
        on observed_values.signal_value >= cuts.min_value

),

cut_counts as (

    select
        definition_id,
        signal_id,
        cut_type,
        min_value,
        age_band,
        trial_band,
        count(*) as with_count,
        sum(case when is_converted then 1 else 0 end) as with_converted_count,
        sum(vote) as with_vote_count,
        sum(case when is_converted then vote else 0 end) as with_converted_vote_count
    from cut_values
    group by definition_id, signal_id, cut_type, min_value, age_band, trial_band

),

-- a signal that nobody has shown has a row as well
tried_cuts as (

    select
        totals.definition_id,
        signals.signal_id,
        'ever' as cut_type,
        cast(1 as decimal(35, 6)) as min_value
    from totals
    cross join signals
    {{ union_distinct() }}
    select
        cut_counts.definition_id,
        cut_counts.signal_id,
        cut_counts.cut_type,
        cut_counts.min_value
    from cut_counts
    -- how new somebody is, is a candidate for points, but no signal of signals.csv
    inner join signals
        on cut_counts.signal_id = signals.signal_id

)

select
    tried_cuts.definition_id,
    tried_cuts.signal_id,
    tried_cuts.cut_type,
    tried_cuts.min_value,
    totals.age_band,
    totals.trial_band,
    totals.observation_count,
    totals.converted_count,
    coalesce(cut_counts.with_count, 0) as with_count,
    coalesce(cut_counts.with_converted_count, 0) as with_converted_count,
    totals.vote_count,
    totals.converted_vote_count,
    coalesce(cut_counts.with_vote_count, 0) as with_vote_count,
    coalesce(cut_counts.with_converted_vote_count, 0) as with_converted_vote_count
from tried_cuts
inner join totals
    on tried_cuts.definition_id = totals.definition_id
left join cut_counts
    on
        tried_cuts.definition_id = cut_counts.definition_id
        and tried_cuts.signal_id = cut_counts.signal_id
        and tried_cuts.cut_type = cut_counts.cut_type
        and tried_cuts.min_value = cut_counts.min_value
        and totals.age_band = cut_counts.age_band
        and totals.trial_band = cut_counts.trial_band
