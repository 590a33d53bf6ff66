{#- Counts of entities, so that what Python reads does not grow with them. -#}
{%- set early_days = var("aha_days") -%}
{%- set groups = ["definition_id", "is_converter", "is_churned", "half"] -%}

with

entities as (

    select * from {{ ref('int_entities') }}

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
    from {{ ref('int_evaluated_definitions') }} as definitions
    inner join {{ ref('int_stage_timelines') }} as stages
        on
            definitions.entity_type = stages.entity_type
            and {{ is_in_list('stages.stage', 'definitions.audience') }}
    inner join {{ ref('int_as_of') }} as as_of
        on stages.valid_from <= as_of.as_of_date

),

data_starts as (

    select min(first_active_on) as starts_on from entities

),

-- whose first days are all on record and long over; who bought at once had no early days
cohorts as (

    select
        definitions.definition_id,
        entities.entity_type,
        entities.entity_id,
        first_outcomes.outcome_on is not null as is_converter,
        first_outcomes.outcome_on is null
        and entities.last_active_on <= {{ add_days('as_of.as_of_date', -30) }} as is_churned,
        ntile(2) over (
            partition by definitions.definition_id
            order by entities.first_active_on, entities.entity_id
        ) as half,
        entities.first_active_on,
        case
            when first_outcomes.outcome_on < {{ add_days('entities.first_active_on', early_days) }}
                then first_outcomes.outcome_on
            else {{ add_days('entities.first_active_on', early_days) }}
        end as early_until
    from {{ ref('int_evaluated_definitions') }} as definitions
    inner join entities
        on definitions.entity_type = entities.entity_type
    inner join audiences
        on
            definitions.definition_id = audiences.definition_id
            and entities.entity_id = audiences.entity_id
    cross join {{ ref('int_as_of') }} as as_of
    cross join data_starts
    left join sign_ups
        on
            entities.entity_type = sign_ups.entity_type
            and entities.entity_id = sign_ups.entity_id
    left join first_outcomes
        on
            definitions.definition_key = first_outcomes.definition_key
            and entities.entity_id = first_outcomes.entity_id
    where
        {{ add_days(
            'entities.first_active_on', early_days + var('calibration_horizon_days')
        ) }} <= as_of.as_of_date
        and coalesce(sign_ups.signed_up_on, data_starts.starts_on) >= data_starts.starts_on
        and (
            first_outcomes.outcome_on is null
            or first_outcomes.outcome_on > entities.first_active_on
        )

),

early_days as (

    select
        cohorts.definition_id,
        cohorts.entity_id,
        candidate_days.signal_id,
        candidate_days.item,
        candidate_days.amount,
        {{ dbt.datediff(
            'cohorts.first_active_on', 'candidate_days.activity_date', 'day'
        ) }} as day_number
    from cohorts
    inner join {{ ref('int_candidate_days') }} as candidate_days
        on
            cohorts.entity_type = candidate_days.entity_type
            and cohorts.entity_id = candidate_days.entity_id
            and cohorts.first_active_on <= candidate_days.activity_date
            and cohorts.early_until > candidate_days.activity_date
    inner join {{ ref('stg_config__signals') }} as signals
        on candidate_days.signal_id = signals.signal_id

),

-- an item counts from its first day on
gains as (

    select
        definition_id,
        entity_id,
        signal_id,
        day_number,
        amount
    from early_days
    where item is null
    union all
    select
        definition_id,
        entity_id,
        signal_id,
        min(day_number) as day_number,
        1 as amount
    from early_days
    where item is not null
    group by definition_id, entity_id, signal_id, item

),

daily_gains as (

    select
        definition_id,
        entity_id,
        signal_id,
        day_number,
        sum(amount) as amount
    from gains
    group by definition_id, entity_id, signal_id, day_number

),

running_counts as (

    select
        *,
        sum(amount) over (
            partition by definition_id, entity_id, signal_id
            order by day_number
            rows between unbounded preceding and current row
        ) as running_count
    from daily_gains

),

cuts as (

    {%- for cut in var('calibration_cuts') %}
    select {{ cut }} as min_count
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

reached_days as (

    select
        running_counts.definition_id,
        running_counts.entity_id,
        running_counts.signal_id,
        cuts.min_count,
        min(running_counts.day_number) as day_number
    from running_counts
    inner join cuts
        on running_counts.running_count >= cuts.min_count
    group by
        running_counts.definition_id,
        running_counts.entity_id,
        running_counts.signal_id,
        cuts.min_count

)

select
    {% for column in groups %}cohorts.{{ column }},
    {% endfor -%}
    reached_days.signal_id,
    reached_days.min_count,
    reached_days.day_number,
    count(*) as entity_count
from cohorts
inner join reached_days
    on
        cohorts.definition_id = reached_days.definition_id
        and cohorts.entity_id = reached_days.entity_id
group by
    {% for column in groups %}cohorts.{{ column }},
    {% endfor -%}
    reached_days.signal_id,
    reached_days.min_count,
    reached_days.day_number
union all
select
    {{ groups | join(',\n    ') }},
    cast(null as {{ dbt.type_string() }}) as signal_id,
    0 as min_count,
    0 as day_number,
    count(*) as entity_count
from cohorts
group by {{ groups | join(', ') }}
