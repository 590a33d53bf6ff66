with

cutoffs as (

    select * from {{ ref('int_customer_cutoffs') }}

),

spans as (

    select distinct
        definition_id,
        starts_on,
        ends_on
    from cutoffs

),

-- the others in the same weeks
others as (

    select observations.*
    from {{ ref('int_observations') }} as observations
    inner join spans
        on
            observations.definition_id = spans.definition_id
            and observations.observed_on >= spans.starts_on
            and observations.observed_on <= spans.ends_on
    where not observations.is_converted

),

other_counts as (

    select
        definition_id,
        count(*) as other_count
    from others
    group by definition_id

),

passing_others as (

    select
        cutoffs.definition_id,
        cutoffs.signal_id,
        count(*) as passing_count
    from cutoffs
    inner join others
        on cutoffs.definition_id = others.definition_id
    inner join {{ ref('int_observed_values') }} as observed_values
        on
            cutoffs.signal_id = observed_values.signal_id
            and others.entity_type = observed_values.entity_type
            and others.entity_id = observed_values.entity_id
            and others.observed_on = observed_values.observed_on
            and cutoffs.cutoff_value <= observed_values.signal_value
    where cutoffs.cutoff_value > 0
    group by cutoffs.definition_id, cutoffs.signal_id

),

shares as (

    select
        cutoffs.*,
        coalesce(other_counts.other_count, 0) as other_count,
        case
            when cutoffs.cutoff_value <= 0 then 1
            else
                coalesce(passing_others.passing_count, 0)
                * 1.0
                / nullif(other_counts.other_count, 0)
        end as share_of_others
    from cutoffs
    left join other_counts
        on cutoffs.definition_id = other_counts.definition_id
    left join passing_others
        on
            cutoffs.definition_id = passing_others.definition_id
            and cutoffs.signal_id = passing_others.signal_id

)

select
    shares.definition_id,
    shares.signal_id,
    signals.signal_name,
    signals.window_days,
    cast(shares.customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(shares.other_count as {{ dbt.type_bigint() }}) as other_count,
    cast(shares.cutoff_value as decimal(18, 2)) as cutoff_value,
    cast(shares.median_value as decimal(18, 2)) as median_value,
    cast(shares.share_of_others as decimal(18, 4)) as share_of_others,
    case
        when shares.customer_count < 10 or shares.share_of_others is null then 'not_enough_data'
        when shares.cutoff_value <= 0 then 'no_cutoff'
        when shares.share_of_others <= 0.5 then 'cutoff'
        else 'common'
    end as verdict
from shares
inner join {{ ref('stg_config__signals') }} as signals
    on shares.signal_id = signals.signal_id
