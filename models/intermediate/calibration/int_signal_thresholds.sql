with

signals as (

    select * from {{ ref('stg_config__signals') }}

),

-- the users of an account share one vote: they buy together
anchors as (

    select
        *,
        -- a decimal: sums of floats depend on their order
        cast(
            1.0 / count(*) over (partition by definition_id, cluster_id, observed_on)
            as decimal(38, 18)
        ) as vote
    from {{ ref('int_observations') }}
    where is_anchor

),

totals as (

    select
        definition_id,
        entity_type,
        count(*) as observation_count,
        sum(case when is_converted then 1 else 0 end) as converted_count,
        sum(vote) as vote_count,
        sum(case when is_converted then vote else 0 end) as converted_vote_count
    from anchors
    group by definition_id, entity_type

),

cuts as (

    select cast(cuts.min_value as decimal(38, 6)) as min_value
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
        cast(1 as decimal(38, 6)) as min_value,
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
        count(*) as with_count,
        sum(case when is_converted then 1 else 0 end) as with_converted_count,
        sum(vote) as with_vote_count,
        sum(case when is_converted then vote else 0 end) as with_converted_vote_count
    from cut_values
    group by definition_id, signal_id, cut_type, min_value

),

-- a signal that nobody has shown has a row as well
tried_cuts as (

    select
        totals.definition_id,
        signals.signal_id,
        'ever' as cut_type,
        cast(1 as decimal(38, 6)) as min_value
    from totals
    cross join signals
    union
    select
        definition_id,
        signal_id,
        cut_type,
        min_value
    from cut_counts

)

select
    tried_cuts.definition_id,
    tried_cuts.signal_id,
    tried_cuts.cut_type,
    tried_cuts.min_value,
    totals.observation_count,
    totals.converted_count,
    coalesce(cut_counts.with_count, 0) as with_count,
    coalesce(cut_counts.with_converted_count, 0) as with_converted_count,
    totals.vote_count,
    totals.converted_vote_count,
    coalesce(cut_counts.with_vote_count, 0) as with_vote_count,
    coalesce(cut_counts.with_converted_vote_count, 0) as with_converted_vote_count
from tried_cuts
inner join signals
    on tried_cuts.signal_id = signals.signal_id
inner join totals
    on tried_cuts.definition_id = totals.definition_id
left join cut_counts
    on
        tried_cuts.definition_id = cut_counts.definition_id
        and tried_cuts.signal_id = cut_counts.signal_id
        and tried_cuts.cut_type = cut_counts.cut_type
        and tried_cuts.min_value = cut_counts.min_value
