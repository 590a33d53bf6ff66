{#- Like with like: those of one stratum are equally old, and equally far in a trial. -#}
with

observations as (

    select * from {{ ref('int_observations') }}
    where is_anchor

),

trials as (

    select
        observations.definition_id,
        observations.entity_id,
        observations.observed_on,
        min({{ dbt.datediff('periods.valid_from', 'observations.observed_on', 'day') }})
            as trial_days
    from observations
    inner join {{ ref('int_subscription_periods') }} as periods
        on
            observations.entity_type = periods.entity_type
            and observations.entity_id = periods.entity_id
            and {{ is_valid_on('periods', 'observations.observed_on') }}
    where periods.stage = 'trial'
    group by observations.definition_id, observations.entity_id, observations.observed_on

)

select
    observations.definition_id,
    observations.entity_type,
    observations.entity_id,
    {{ age_band('observations.age_days') | indent(4) }} as age_band,
    case
        when trials.trial_days is null then -1
        else {{ age_band('trials.trial_days') | indent(8) }}
    end as trial_band,
    -- the users of an account share one vote, as they buy together; a decimal, for sums of floats
    -- depend on their order
    cast(
        1.0 / count(*) over (
            partition by
                observations.definition_id, observations.cluster_id, observations.observed_on
        ) as {{ type_fraction() }}
    ) as vote,
    observations.is_converted,
    observations.observed_on
from observations
left join trials
    on
        observations.definition_id = trials.definition_id
        and observations.entity_id = trials.entity_id
        and observations.observed_on = trials.observed_on
