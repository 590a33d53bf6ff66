{{ config(materialized='view') }}
{#- Of what the published checks fix: customers won of so many days, and sales' answer within so
    many days, of so many leads. -#}
{%- set recent_days, answer_days, answer_count = 90, 14, 50 %}

with

as_of as (

    select
        as_of_date,
        {{ add_days('as_of_date', -recent_days) }} as recent_from
    from {{ ref('int_as_of') }}

),

leads as (

    select * from {{ ref('int_reviewed_leads') }}

),

new_leads as (

    select * from leads
    where lead_source = 'pql' and lead_number = 1

),

won_customers as (

    select
        outcomes.definition_key,
        outcomes.outcome_id,
        count(lead_starts.lead_id) > 0 as had_qualified,
        coalesce(min(entities.observable_from) >= max(outcomes.outcome_on), false) as paid_at_once
    from {{ ref('int_outcomes') }} as outcomes
    inner join {{ ref('stg_config__definitions') }} as definitions
        on outcomes.definition_key = definitions.definition_key
    inner join as_of
        on outcomes.outcome_on > as_of.recent_from
    left join {{ ref('int_lead_starts') }} as lead_starts
        on
            outcomes.definition_key = lead_starts.definition_key
            and outcomes.entity_id = lead_starts.entity_id
            and outcomes.outcome_on > lead_starts.qualified_on
            and lead_starts.lead_source = 'pql'
    left join {{ ref('int_entities') }} as entities
        on
            outcomes.entity_type = entities.entity_type
            and outcomes.entity_id = entities.entity_id
    where definitions.status in ('live', 'challenger')
    group by outcomes.definition_key, outcomes.outcome_id

),

latest_leads as (

    select
        leads.*,
        {{ add_days('leads.qualified_on', answer_days) }} as answer_due_on,
        row_number() over (
            partition by leads.definition_key order by leads.qualified_on desc, leads.lead_id
        ) as recency
    from new_leads as leads
    inner join as_of
        on {{ add_days('leads.qualified_on', answer_days) }} <= as_of.as_of_date

),

-- one row per check that is a share, and thing it looks at; no success and no failure is set aside
trials as (

    select
        definition_key,
        'won_had_qualified' as check_id,
        case when had_qualified or not paid_at_once then had_qualified end as is_success
    from won_customers
    union all
    select
        definition_key,
        'sign_ups_qualify' as check_id,
        coalesce(qualified_on <= window_ends_on, false) as is_success
    from {{ ref('int_reviewed_sign_ups') }}
    where is_window_over
    union all
    select
        definition_key,
        'lead_to_opportunity' as check_id,
        opportunity_id is not null as is_success
    from new_leads
    where is_opportunity_window_over
    union all
    select
        definition_key,
        'lead_to_customer' as check_id,
        paid_on is not null as is_success
    from new_leads
    where is_conversion_window_over
    union all
    select
        definition_key,
        'rejections' as check_id,
        response_status = 'rejected' as is_success
    from leads
    where response_status is not null
    union all
    select
        definition_key,
        'first_fifty' as check_id,
        coalesce(opportunity_on <= answer_due_on, false)
        or coalesce(cast(accepted_at as date) <= answer_due_on, false) as is_success
    from latest_leads
    where recency <= {{ answer_count }}

),

trial_counts as (

    select
        definition_key,
        check_id,
        count(case when is_success then 1 end) as success_count,
        count(is_success) as trial_count,
        count(*) - count(is_success) as set_aside_count
    from trials
    group by definition_key, check_id

)

select
    definition_key,
    check_id,
    success_count as numerator,
    trial_count as denominator,
    trial_count as sample_size,
    set_aside_count,
    success_count * 1.0 / nullif(trial_count, 0) as check_value,
    {{ wilson_lower('success_count', 'trial_count') }} as value_lower,
    {{ wilson_upper('success_count', 'trial_count') }} as value_upper
from trial_counts
