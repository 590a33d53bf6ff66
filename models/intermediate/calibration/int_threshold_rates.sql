with

contender_scores as (

    select
        *,
        lag(contender_value) over (
            partition by definition_id, contender, entity_id order by observed_on
        ) as previous_value,
        min(observed_on) over (partition by definition_id) as first_observed_on,
        count(*) over (partition by definition_id, contender) as all_count,
        sum(case when is_converted then 1 else 0 end) over (
            partition by definition_id, contender
        ) as all_converted_count
    from {{ ref('int_contender_scores') }}
    where contender_type in ('version', 'suggestion')

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
        marks.definition_id,
        marks.contender,
        marks.score_threshold,
        marks.is_current,
        count(*) as lead_count,
        count(distinct contender_scores.entity_id) as lead_entity_count,
        max(contender_scores.all_count) as all_count,
        max(contender_scores.all_converted_count) as all_converted_count,
        sum(case when contender_scores.is_converted then 1 else 0 end) as converted_count,
        sum(
            case
                when
                    contender_scores.observed_on > contender_scores.first_observed_on
                    and coalesce(contender_scores.previous_value, -1) < marks.score_threshold
                    then 1
                else 0
            end
        ) as new_lead_count,
        sum(
            case when contender_scores.contender_value < marks.next_threshold then 1 else 0 end
        ) as band_count,
        sum(
            case
                when
                    contender_scores.contender_value < marks.next_threshold
                    and contender_scores.is_converted
                    then 1
                else 0
            end
        ) as band_converted_count
    from {{ ref('int_threshold_marks') }} as marks
    inner join contender_scores
        on
            marks.definition_id = contender_scores.definition_id
            and marks.contender = contender_scores.contender
            and marks.score_threshold <= contender_scores.contender_value
    group by
        marks.definition_id, marks.contender, marks.score_threshold, marks.is_current

),

rates as (

    select
        counts.*,
        definitions.capacity_per_week,
        counts.new_lead_count * 1.0 / nullif(totals.week_count - 1, 0) as new_leads_per_week,
        counts.lead_entity_count * 1.0 / totals.entity_count as share_of_entities,
        counts.converted_count * 1.0 / counts.lead_count as precision_share,
        counts.converted_count * 1.0 / nullif(counts.all_converted_count, 0) as recall_share,
        counts.lead_count * 1.0 / counts.all_count as lead_share,
        counts.band_converted_count * 1.0 / nullif(counts.band_count, 0) as band_conversion_rate
    from counts
    inner join totals
        on counts.definition_id = totals.definition_id
    inner join {{ ref('int_evaluated_definitions') }} as definitions
        on counts.definition_id = definitions.definition_id

)

select
    definition_id,
    contender,
    score_threshold,
    capacity_per_week,
    lead_count,
    converted_count,
    new_leads_per_week,
    share_of_entities,
    precision_share,
    recall_share,
    -- of those who convert, how many more than as many drawn by lot would hold
    recall_share - lead_share as gain_share,
    band_count,
    band_conversion_rate,
    is_current,
    share_of_entities >= 0.15 and share_of_entities <= 0.25 as is_in_usual_band,
    new_leads_per_week <= capacity_per_week as is_within_capacity
from rates
