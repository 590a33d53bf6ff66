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
{%- set cohort = ["definition_key", "week_start", "segment_type", "segment"] -%}

with

lead_weeks as (

    select * from {{ ref('int_lead_weeks') }}

),

sign_up_weeks as (

    select * from {{ ref('int_sign_up_weeks') }}

),

weeks as (

    select week_start from lead_weeks
    {{ union_distinct() }}
    select week_start from sign_up_weeks

),

sources as (

    select distinct
        definition_key,
        lead_source
    from lead_weeks

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
        as_of.as_of_date,
        {{ add_days('measured.week_start', '6 + measured.maturing_days') }} <= as_of.as_of_date
            as is_mature
    from measured
    cross join {{ ref('int_as_of') }} as as_of

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
inner join {{ ref('stg_config__definitions') }} as definitions
    on dated.definition_key = definitions.definition_key
inner join {{ ref('metrics') }} as metrics
    on dated.metric = metrics.metric
