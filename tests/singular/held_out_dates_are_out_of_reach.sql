-- Learned is only from what ends its horizon before the first held-out date; the horizon of every
-- date has passed; nobody is observed on or after an outcome that comes once.
{{ config(group='pql') }}

with

observations as (

    select
        *,
        min(case when period = 'test' then observed_on end) over (
            partition by definition_id
        ) as test_starts_on,
        {{ add_days('observed_on', var('calibration_horizon_days')) }} as horizon_ends_on
    from {{ ref('int_observations') }}

),

first_outcomes as (

    select
        outcomes.definition_key,
        outcomes.entity_id,
        min(outcomes.outcome_on) as first_outcome_on
    from {{ ref('int_outcomes') }} as outcomes
    inner join {{ ref('stg_config__definitions') }} as definitions
        on outcomes.definition_key = definitions.definition_key
    where
        outcomes.outcome_type <> 'expansion'
        and not {{ is_in_list("'churned'", 'definitions.audience') }}
    group by outcomes.definition_key, outcomes.entity_id

)

select
    observations.definition_id,
    observations.entity_id,
    observations.period,
    observations.observed_on,
    observations.outcome_on
from observations
cross join {{ ref('int_as_of') }} as as_of
left join first_outcomes
    on
        observations.definition_key = first_outcomes.definition_key
        and observations.entity_id = first_outcomes.entity_id
where
    observations.horizon_ends_on > as_of.as_of_date
    or (
        observations.period = 'train'
        and observations.horizon_ends_on >= observations.test_starts_on
    )
    or observations.observed_on >= first_outcomes.first_outcome_on
    or observations.outcome_on > observations.horizon_ends_on
