{#- A difference of less than this is none worth speaking of. And who looks every day sees some
    chance difference sooner or later: with fewer leads in either arm nothing is claimed. -#}
{%- set margin, least_leads = 0.05, 30 %}

with

-- a challenger hands out no lead: it has nobody to compare
definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status = 'live'

),

-- an outcome that people of one account share is one for each of them, in either arm
new_leads as (

    select
        lead_starts.definition_key,
        lead_starts.is_holdout,
        lead_results.paid_on is not null or lead_results.is_outcome_shared as has_converted
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('int_lead_results') }} as lead_results
        on lead_starts.lead_id = lead_results.lead_id
    where
        lead_starts.lead_source = 'pql'
        and lead_starts.lead_number = 1
        and lead_results.is_conversion_window_over

),

arms as (

    select
        definitions.definition_key,
        count(case when not new_leads.is_holdout then 1 end) as routed_count,
        count(case when not new_leads.is_holdout and new_leads.has_converted then 1 end)
            as routed_converted_count,
        count(case when new_leads.is_holdout then 1 end) as holdout_count,
        count(case when new_leads.is_holdout and new_leads.has_converted then 1 end)
            as holdout_converted_count
    from definitions
    left join new_leads
        on definitions.definition_key = new_leads.definition_key
    group by definitions.definition_key

),

rates as (

    select
        *,
        routed_converted_count * 1.0 / nullif(routed_count, 0) as routed_rate,
        holdout_converted_count * 1.0 / nullif(holdout_count, 0) as holdout_rate,
        -- drawn towards a half, as the middle of a Wilson interval is: few leads prove little
        (routed_converted_count + holdout_converted_count + 1.9208)
        / (routed_count + holdout_count + 3.8416) as overall_rate,
        {{ wilson_lower('routed_converted_count', 'routed_count') }} as routed_lower,
        {{ wilson_upper('routed_converted_count', 'routed_count') }} as routed_upper,
        {{ wilson_lower('holdout_converted_count', 'holdout_count') }} as holdout_lower,
        {{ wilson_upper('holdout_converted_count', 'holdout_count') }} as holdout_upper
    from arms

),

differences as (

    select
        *,
        routed_rate - holdout_rate as difference,
        routed_rate - holdout_rate - sqrt(
            power(routed_rate - routed_lower, 2) + power(holdout_upper - holdout_rate, 2)
        ) as difference_lower,
        routed_rate - holdout_rate + sqrt(
            power(routed_upper - routed_rate, 2) + power(holdout_rate - holdout_lower, 2)
        ) as difference_upper,
        ceil(3.8416 * overall_rate * (1 - overall_rate) / {{ margin * margin }}) - holdout_count
            as holdouts_needed
    from rates

),

verdicts as (

    select
        *,
        case
            when least(routed_count, holdout_count) < {{ least_leads }} then 'not_yet_known'
            when difference_lower > 0 then 'sales_adds'
            when difference_upper < 0 then 'sales_takes_away'
            when difference_lower > -{{ margin }} and difference_upper < {{ margin }}
                then 'no_difference'
            else 'not_yet_known'
        end as verdict
    from differences

)

select
    definitions.definition_id,
    definitions.definition_version,
    definitions.entity_type,
    definitions.outcome_type,
    verdicts.verdict,
    case
        when verdicts.verdict = 'sales_adds' then 'More leads pay when sales acts on them.'
        when verdicts.verdict = 'sales_takes_away'
            then 'Fewer leads pay when sales acts on them: find out what goes wrong.'
        when verdicts.verdict = 'no_difference'
            then 'These leads pay as often without sales: leave them to the product.'
        when definitions.holdout_percent = 0
            then 'Nobody is held out: set holdout_percent in definitions.csv, such as 10.'
        else 'Not yet known: keep the holdout, and act on no difference until then.'
    end as advice,
    definitions.holdout_percent,
    cast(verdicts.routed_count as {{ dbt.type_int() }}) as routed_count,
    cast(verdicts.routed_converted_count as {{ dbt.type_int() }}) as routed_converted_count,
    cast(verdicts.holdout_count as {{ dbt.type_int() }}) as holdout_count,
    cast(verdicts.holdout_converted_count as {{ dbt.type_int() }}) as holdout_converted_count,
    cast(verdicts.routed_rate as decimal(18, 4)) as routed_rate,
    cast(verdicts.holdout_rate as decimal(18, 4)) as holdout_rate,
    cast(verdicts.difference as decimal(18, 4)) as difference,
    cast(verdicts.difference_lower as decimal(18, 4)) as difference_lower,
    cast(verdicts.difference_upper as decimal(18, 4)) as difference_upper,
    cast(
        case
            when verdicts.verdict = 'not_yet_known'
                then greatest(
                    verdicts.holdouts_needed, {{ least_leads }} - verdicts.holdout_count, 1
                )
            else 0
        end as {{ dbt.type_int() }}
    ) as more_needed,
    as_of.as_of_date
from definitions
inner join verdicts
    on definitions.definition_key = verdicts.definition_key
cross join {{ ref('int_as_of') }} as as_of
