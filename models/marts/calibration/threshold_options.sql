{#- A version's thresholds are found on the held-out dates, those of a suggestion were found on
    earlier ones; all are measured on the held-out dates. -#}
{%- set options = ["today", "best_gain", "capacity", "usual_band"] -%}

with

rates as (

    select
        rates.*,
        row_number() over (
            partition by rates.definition_id, rates.contender
            order by abs(rates.share_of_entities - 0.2), rates.score_threshold
        ) as usual_band_rank,
        -- of too few who convert the best would be an accident
        case
            when evaluations.auc is not null
                then row_number() over (
                    partition by rates.definition_id, rates.contender
                    order by rates.gain_share desc nulls last, rates.score_threshold desc
                )
        end as best_gain_rank
    from {{ ref('int_threshold_rates') }} as rates
    inner join {{ ref('int_definition_evaluation') }} as evaluations
        on
            rates.definition_id = evaluations.definition_id
            and rates.contender = evaluations.contender

),

found as (

    select
        definition_id,
        contender,
        max(case when is_current then score_threshold end) as today,
        max(case when best_gain_rank = 1 then score_threshold end) as best_gain,
        -- what uses less than half of the capacity does not fit it either
        min(
            case
                when is_within_capacity and new_leads_per_week * 2 >= capacity_per_week
                    then score_threshold
            end
        ) as capacity,
        max(case when usual_band_rank = 1 and is_in_usual_band then score_threshold end)
            as usual_band,
        max(case when best_gain_rank = 1 and not is_within_capacity then 1 else 0 end)
            as is_too_much,
        cast(null as {{ dbt.type_string() }}) as chosen_option
    from rates
    where contender <> 'suggested_points'
    group by definition_id, contender
    union all
    select distinct
        suggestions.definition_id,
        suggestions.contender,
        cast(null as decimal(18, 2)) as today,
        cast(suggestions.best_gain_threshold as decimal(18, 2)) as best_gain,
        cast(suggestions.capacity_threshold as decimal(18, 2)) as capacity,
        cast(suggestions.usual_band_threshold as decimal(18, 2)) as usual_band,
        0 as is_too_much,
        suggestions.threshold_option as chosen_option
    from {{ ref('int_suggested_points') }} as suggestions
    inner join {{ ref('suggested_points') }} as offered_points
        on
            suggestions.definition_id = offered_points.definition_id
            and suggestions.rule_number = offered_points.rule_number
    where suggestions.contender = 'suggested_points'

),

offered as (

    {% for option in options -%}
    select
        definition_id,
        contender,
        '{{ option }}' as option,
        {{ option }} as score_threshold,
        coalesce(
            chosen_option,
            case
                when is_too_much = 1 and capacity is not null then 'capacity' else 'best_gain'
            end
        ) = '{{ option }}' as is_chosen,
        {{ loop.index }} as option_number
    from found
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}

)

select
    offered.definition_id,
    offered.contender,
    offered.option,
    case
        when offered.score_threshold is not null then 'ok'
        when offered.option = 'capacity' and definitions.capacity_per_week is null
            then 'no_capacity'
        when offered.option = 'best_gain' then 'not_enough_data'
        else 'no_mark_fits'
    end as status,
    offered.option_number,
    offered.score_threshold,
    cast(rates.new_leads_per_week as decimal(18, 2)) as new_leads_per_week,
    definitions.capacity_per_week,
    cast(rates.share_of_entities as decimal(18, 4)) as share_of_entities,
    cast(rates.precision_share as decimal(18, 4)) as precision_share,
    cast(rates.recall_share as decimal(18, 4)) as recall_share,
    offered.is_chosen and offered.score_threshold is not null as is_chosen
from offered
inner join {{ ref('int_evaluated_definitions') }} as definitions
    on offered.definition_id = definitions.definition_id
left join rates
    on
        offered.definition_id = rates.definition_id
        and offered.contender = rates.contender
        and offered.score_threshold = rates.score_threshold
where offered.option <> 'today' or offered.score_threshold is not null
