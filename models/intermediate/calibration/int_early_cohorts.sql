{{ config(materialized='view') }}
{%- set early_days = var("aha_days") %}

with

definitions as (

    select * from {{ ref('int_evaluated_definitions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

entities as (

    select
        entities.*,
        entities.observable_from as starts_on,
        {{ add_days('entities.observable_from', early_days) }} as early_until,
        min(entities.first_active_on) over () as data_start_on,
        {{ dbt.datediff(
            'entities.observable_from', 'as_of.as_of_date', 'day'
        ) }} as age_days
    from {{ ref('int_entities') }} as entities
    cross join as_of

),

sign_ups as (

    select
        entity_type,
        entity_id,
        min(activity_date) as signed_up_on
    from {{ ref('int_candidate_days') }}
    where signal_id = '@signed_up'
    group by entity_type, entity_id

),

first_outcomes as (

    select
        definition_key,
        entity_id,
        min(outcome_on) as outcome_on
    from {{ ref('int_outcomes') }}
    group by definition_key, entity_id

),

-- who was never one of those whom the definition is for says nothing about it
audiences as (

    select distinct
        definitions.definition_id,
        stages.entity_id
    from definitions
    inner join {{ ref('int_stage_timelines') }} as stages
        on
            definitions.entity_type = stages.entity_type
            and {{ is_in_list('stages.stage', 'definitions.audience') }}
    inner join as_of
        on stages.valid_from <= as_of.as_of_date

)

-- whose first days, from the sign-up on, are all on record and long over; who bought at once had
-- none
select
    definitions.definition_id,
    entities.entity_type,
    entities.entity_id,
    first_outcomes.outcome_on is not null as is_converter,
    first_outcomes.outcome_on is null
    and entities.last_active_on <= {{ add_days('as_of.as_of_date', -30) }} as is_churned,
    ntile(2) over (
        partition by definitions.definition_id
        order by entities.starts_on, entities.entity_id
    ) as half,
    {{ age_band('entities.age_days') | indent(4) }} as age_band,
    entities.starts_on,
    least(entities.early_until, coalesce(first_outcomes.outcome_on, entities.early_until))
        as early_until
from definitions
cross join as_of
inner join entities
    on definitions.entity_type = entities.entity_type
inner join audiences
    on
        definitions.definition_id = audiences.definition_id
        and entities.entity_id = audiences.entity_id
left join sign_ups
    on
        entities.entity_type = sign_ups.entity_type
        and entities.entity_id = sign_ups.entity_id
left join first_outcomes
    on
        definitions.definition_key = first_outcomes.definition_key
        and entities.entity_id = first_outcomes.entity_id
where
    {{ add_days('entities.early_until', var('calibration_horizon_days')) }} <= as_of.as_of_date
    and coalesce(sign_ups.signed_up_on, entities.data_start_on) >= entities.data_start_on
    and coalesce(first_outcomes.outcome_on > entities.starts_on, true)
