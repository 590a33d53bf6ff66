{%- set capacity = var("sales_capacity_per_week") -%}

with

contender_scores as (

    select
        *,
        lag(contender_value) over (
            partition by definition_id, contender, entity_id order by observed_on
        ) as previous_value,
        min(observed_on) over (partition by definition_id) as first_observed_on,
        sum(case when is_converted then 1 else 0 end) over (
            partition by definition_id, contender
        ) as all_converted_count
    from {{ ref('int_contender_scores') }}
    where contender_type in ('version', 'suggestion')

),

-- today's thresholds; of what is not suggested there is no curve
marks as (

    select
        definition_id,
        definition_key as contender,
        coalesce(score_threshold, 100) as mark,
        score_threshold is not null as is_given
    from {{ ref('stg_config__definitions') }}
    union all
    select distinct
        definition_id,
        'suggested_points' as contender,
        score_threshold as mark,
        true as is_given
    from {{ ref('suggested_points') }}

),

numbers as (

    {{ dbt.generate_series(30) | indent(4) }}

),

steps as (

    select
        marks.definition_id,
        marks.contender,
        cast(marks.mark * numbers.generated_number / 10 as decimal(18, 2)) as score_threshold,
        cast(marks.mark * (numbers.generated_number + 1) / 10 as decimal(18, 2)) as next_threshold,
        marks.is_given and numbers.generated_number = 10 as is_current
    from marks
    cross join numbers

),

totals as (

    select
        definition_id,
        count(distinct entity_id) as entity_count,
        count(distinct observed_on) as week_count
    from {{ ref('int_observations') }}
    where period = 'test'
    group by definition_id

),

counts as (

    select
        steps.definition_id,
        steps.contender,
        steps.score_threshold,
        steps.is_current,
        count(*) as lead_count,
        count(distinct contender_scores.entity_id) as lead_entity_count,
        max(contender_scores.all_converted_count) as all_converted_count,
        sum(case when contender_scores.is_converted then 1 else 0 end) as converted_count,
        sum(
            case
                when
                    contender_scores.observed_on > contender_scores.first_observed_on
                    and coalesce(contender_scores.previous_value, -1) < steps.score_threshold
                    then 1
                else 0
            end
        ) as new_lead_count,
        sum(
            case when contender_scores.contender_value < steps.next_threshold then 1 else 0 end
        ) as band_count,
        sum(
            case
                when
                    contender_scores.contender_value < steps.next_threshold
                    and contender_scores.is_converted
                    then 1
                else 0
            end
        ) as band_converted_count
    from steps
    inner join contender_scores
        on
            steps.definition_id = contender_scores.definition_id
            and steps.contender = contender_scores.contender
            and steps.score_threshold <= contender_scores.contender_value
    group by
        steps.definition_id, steps.contender, steps.score_threshold, steps.is_current

),

rates as (

    select
        counts.*,
        counts.new_lead_count * 1.0 / nullif(totals.week_count - 1, 0) as new_leads_per_week,
        counts.lead_entity_count * 1.0 / totals.entity_count as share_of_entities,
        counts.converted_count * 1.0 / counts.lead_count as precision_share,
        counts.converted_count * 1.0 / nullif(counts.all_converted_count, 0) as recall_share,
        counts.band_converted_count * 1.0 / nullif(counts.band_count, 0) as band_conversion_rate
    from counts
    inner join totals
        on counts.definition_id = totals.definition_id

)

select
    definition_id,
    contender,
    score_threshold,
    cast(lead_count as {{ dbt.type_bigint() }}) as lead_count,
    cast(converted_count as {{ dbt.type_bigint() }}) as converted_count,
    cast(new_leads_per_week as decimal(18, 2)) as new_leads_per_week,
    cast(share_of_entities as decimal(18, 4)) as share_of_entities,
    cast(precision_share as decimal(18, 4)) as precision_share,
    cast(recall_share as decimal(18, 4)) as recall_share,
    cast(band_count as {{ dbt.type_bigint() }}) as band_count,
    cast(band_conversion_rate as decimal(18, 4)) as band_conversion_rate,
    is_current,
    share_of_entities >= 0.15 and share_of_entities <= 0.25 as is_in_usual_band,
    {% if capacity is none -%}
    cast(null as {{ dbt.type_boolean() }})
    {%- else -%}
    new_leads_per_week <= {{ capacity }}
    {%- endif %} as is_within_capacity
from rates
-- a threshold that nobody is just above gives the same leads as the next one
where band_count > 0 or is_current
