{%- set qualification, opportunity, conversion = (
    var('qualification_window_days'), var('opportunity_window_days'), var('conversion_window_days')
) -%}
{#- What is over what, of which source, and how many days a cohort takes to tell. -#}
{%- set ratios = {
    "sign_up_weeks": [
        ("'any'", "sign_ups", "sign_up_count", none, 0),
        ("'any'", "activation_rate", "activated_count", "sign_up_count", qualification),
        ("'pql'", "lead_rate", "product_lead_count", "sign_up_count", qualification),
        ("'mql'", "lead_rate", "marketing_lead_count", "sign_up_count", qualification),
    ],
    "lead_weeks": [
        ("lead_source", "new_leads", "lead_count", none, 0),
        ("lead_source", "opportunity_rate", "opportunity_count", "routed_count", opportunity),
        ("lead_source", "paid_rate", "paid_count", "routed_count", conversion),
        ("lead_source", "win_rate", "won_count", "closed_count", conversion),
        ("lead_source", "acv", "acv_sum", "priced_count", conversion),
        ("lead_source", "velocity", "opportunity_count * won_amount", "closing_days", conversion),
    ],
} -%}
{%- set segments = {"all": "'all'", "size": "company_size", "industry": "industry"} -%}
{%- set cohort = ["definition_key", "week_start", "segment_type", "segment"] -%}

with

clock as (

    select * from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}
    where status in ('live', 'challenger')

),

first_leads as (

    select
        lead_starts.*,
        lead_results.opportunity_id,
        lead_results.opportunity_status,
        lead_results.opportunity_amount,
        lead_results.acv,
        lead_results.opportunity_on,
        lead_results.opportunity_closed_on,
        lead_results.paid_on,
        lead_results.days_to_paid,
        cast({{ dbt.date_trunc('week', 'lead_starts.qualified_on') }} as date) as week_start
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('int_lead_results') }} as lead_results
        on lead_starts.lead_id = lead_results.lead_id
    where lead_starts.lead_number = 1

),

segmented_leads as (

    {%- for segment_type, segment in segments.items() %}
    select
        *,
        '{{ segment_type }}' as segment_type,
        {{ segment }} as segment,
        case
            when not is_holdout and paid_on is not null then 1
            else 0
        end as paid_count
    from first_leads
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

ranked_leads as (

    select
        *,
        row_number() over (
            partition by {{ cohort | join(', ') }}, lead_source, paid_count order by days_to_paid
        ) as day_rank,
        sum(paid_count) over (partition by {{ cohort | join(', ') }}, lead_source) as day_count
    from segmented_leads

),

-- rates are of the leads that sales has had: those held out stand in pql_incrementality
lead_weeks as (

    select
        {{ cohort | join(',\n        ') }},
        lead_source,
        count(*) as lead_count,
        count(case when not is_holdout then 1 end) as routed_count,
        count(case when not is_holdout then opportunity_id end) as opportunity_count,
        sum(paid_count) as paid_count,
        count(
            case when not is_holdout and opportunity_status in ('won', 'lost') then 1 end
        ) as closed_count,
        count(case when not is_holdout and opportunity_status = 'won' then 1 end) as won_count,
        sum(
            case when not is_holdout and opportunity_status = 'won' then opportunity_amount end
        ) as won_amount,
        sum(
            case
                when not is_holdout and opportunity_status in ('won', 'lost')
                    then {{ dbt.datediff('opportunity_on', 'opportunity_closed_on', 'day') }}
            end
        ) as closing_days,
        count(case when paid_count = 1 then acv end) as priced_count,
        sum(case when paid_count = 1 then acv end) as acv_sum,
        avg(
            case
                when paid_count = 1 and {{ is_middle('day_rank', 'day_count') }}
                    then days_to_paid * 1.0
            end
        ) as median_days
    from ranked_leads
    group by {{ cohort | join(', ') }}, lead_source

),

first_dates as (

    select
        definition_key,
        entity_id,
        min(case when lead_source = 'pql' then qualified_on end) as product_lead_on,
        min(case when lead_source = 'mql' then qualified_on end) as marketing_lead_on
    from first_leads
    group by definition_key, entity_id

),

sign_ups as (

    select
        definitions.definition_key,
        sign_ups.*,
        first_dates.product_lead_on,
        first_dates.marketing_lead_on,
        cast({{ dbt.date_trunc('week', 'sign_ups.signed_up_on') }} as date) as week_start
    from {{ ref('int_sign_ups') }} as sign_ups
    inner join definitions
        on
            sign_ups.entity_type = definitions.entity_type
            and definitions.outcome_type = 'free_to_paid'
            and {{ is_in_list('sign_ups.stage', 'definitions.audience') }}
    left join first_dates
        on
            definitions.definition_key = first_dates.definition_key
            and sign_ups.entity_id = first_dates.entity_id

),

segmented_sign_ups as (

    {%- for segment_type, segment in segments.items() %}
    select
        *,
        '{{ segment_type }}' as segment_type,
        {{ segment }} as segment
    from sign_ups
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

sign_up_weeks as (

    select
        {{ cohort | join(',\n        ') }},
        count(*) as sign_up_count,
        count(case when activated_on <= window_ends_on then 1 end) as activated_count,
        count(case when product_lead_on <= window_ends_on then 1 end) as product_lead_count,
        count(case when marketing_lead_on <= window_ends_on then 1 end) as marketing_lead_count
    from segmented_sign_ups
    group by {{ cohort | join(', ') }}

),

weeks as (

    select week_start from first_leads
    union
    select week_start from sign_ups

),

sources as (

    select distinct
        definition_key,
        lead_source
    from first_leads

),

-- a week without a lead has none: that is a number too
quiet_weeks as (

    select
        sources.definition_key,
        sources.lead_source,
        weeks.week_start
    from sources
    cross join weeks
    left join lead_weeks
        on
            sources.definition_key = lead_weeks.definition_key
            and weeks.week_start = lead_weeks.week_start
            and sources.lead_source = lead_weeks.lead_source
            and lead_weeks.segment_type = 'all'
    where lead_weeks.definition_key is null

),

measured as (

    {%- for cohorts, cohort_ratios in ratios.items() %}
    {%- for lead_source, metric, numerator, denominator, maturing_days in cohort_ratios %}
    select
        {{ cohort | join(',\n        ') }},
        {{ lead_source }} as lead_source,
        '{{ metric }}' as metric,
        {{ numerator }} * 1.0 as numerator,
        {{ denominator or "null" }} * 1.0 as denominator,
        {{ numerator }} * 1.0 / {{ "nullif(" ~ denominator ~ ", 0)" if denominator else 1 }}
            as metric_value,
        {{ maturing_days }} as maturing_days
    from {{ cohorts }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        {{ cohort | join(',\n        ') }},
        lead_source,
        'days_to_paid' as metric,
        null as numerator,
        paid_count as denominator,
        median_days as metric_value,
        {{ conversion }} as maturing_days
    from lead_weeks
    union all
    select
        definition_key,
        week_start,
        'all' as segment_type,
        'all' as segment,
        lead_source,
        'new_leads' as metric,
        0 as numerator,
        null as denominator,
        0 as metric_value,
        0 as maturing_days
    from quiet_weeks

),

dated as (

    select
        measured.*,
        clock.as_of_date,
        {{ add_days('measured.week_start', '6 + measured.maturing_days') }} <= clock.as_of_date
            as is_mature
    from measured
    cross join clock

)

select
    definitions.definition_id,
    definitions.definition_version,
    definitions.status,
    definitions.entity_type,
    definitions.outcome_type,
    dated.lead_source,
    dated.segment_type,
    dated.segment,
    dated.metric,
    metrics.metric_name,
    metrics.unit,
    metrics.owner_team,
    cast(dated.numerator as decimal(18, 4)) as numerator,
    cast(dated.denominator as decimal(18, 4)) as denominator,
    cast(case when dated.is_mature then dated.metric_value end as decimal(18, 4)) as metric_value,
    dated.is_mature,
    dated.week_start,
    dated.as_of_date
from dated
inner join definitions
    on dated.definition_key = definitions.definition_key
inner join {{ ref('metrics') }} as metrics
    on dated.metric = metrics.metric
