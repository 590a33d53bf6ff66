{#- Counts of entities, so that what Python reads does not grow with them. -#}
with

cohorts as (

    select * from {{ ref('int_early_cohorts') }}

),

early_days as (

    select
        cohorts.definition_id,
        cohorts.entity_id,
        candidate_days.signal_id,
        candidate_days.item,
        candidate_days.amount,
        {{ dbt.datediff(
            'cohorts.starts_on', 'candidate_days.activity_date', 'day'
        ) }} as day_number
    from cohorts
    inner join {{ ref('int_candidate_days') }} as candidate_days
        on
            cohorts.entity_type = candidate_days.entity_type
            and cohorts.entity_id = candidate_days.entity_id
            and cohorts.starts_on <= candidate_days.activity_date
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

running_counts as (

    select
        definition_id,
        entity_id,
        signal_id,
        day_number,
        sum(sum(amount)) over (
            partition by definition_id, entity_id, signal_id
            order by day_number
            rows between unbounded preceding and current row
        ) as running_count
    from gains
    group by definition_id, entity_id, signal_id, day_number

),

cuts as (

    {%- for cut in var('calibration_cuts') %}
    select {{ cut }} as min_count
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

-- the days on which entities reached each count; and all of them, whatever they did
milestones as (

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
    union all
    select
        definition_id,
        entity_id,
        cast(null as {{ dbt.type_string() }}) as signal_id,
        0 as min_count,
        0 as day_number
    from cohorts

)

select
    cohorts.definition_id,
    cohorts.is_converter,
    cohorts.is_churned,
    cohorts.half,
    cohorts.age_band,
    milestones.signal_id,
    milestones.min_count,
    milestones.day_number,
    count(*) as entity_count
from cohorts
inner join milestones
    on
        cohorts.definition_id = milestones.definition_id
        and cohorts.entity_id = milestones.entity_id
group by
    cohorts.definition_id,
    cohorts.is_converter,
    cohorts.is_churned,
    cohorts.half,
    cohorts.age_band,
    milestones.signal_id,
    milestones.min_count,
    milestones.day_number
