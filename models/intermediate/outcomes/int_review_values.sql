{#- Of what the published checks fix: customers won of so many days, growth over so many days, and
    sales' answer within so many days, of so many leads. -#}
{%- set recent_days, growth_days, answer_days, answer_count = 90, 28, 14, 50 %}

with

clock as (

    select
        as_of_date,
        {{ add_days('as_of_date', -var('review_days')) }} as review_from,
        {{ add_days('as_of_date', -recent_days) }} as recent_from,
        {{ add_days('as_of_date', -growth_days) }} as growth_from,
        {{ add_days('as_of_date', -2 * growth_days) }} as earlier_growth_from
    from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}
    where status in ('live', 'challenger')

),

-- what came of those held out says nothing of what sales does with a lead: see pql_incrementality
leads as (

    select
        lead_starts.*,
        lead_results.opportunity_id,
        lead_results.opportunity_on,
        lead_results.paid_on,
        lead_results.days_to_paid,
        lead_results.is_opportunity_window_over,
        lead_results.is_conversion_window_over,
        lead_touches.response_status,
        lead_touches.response_reason,
        lead_touches.accepted_at
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('int_lead_results') }} as lead_results
        on lead_starts.lead_id = lead_results.lead_id
    left join {{ ref('int_lead_touches') }} as lead_touches
        on lead_starts.lead_id = lead_touches.lead_id
    inner join clock
        on lead_starts.qualified_on > clock.review_from
    where not lead_starts.is_holdout

),

new_leads as (

    select * from leads
    where lead_source = 'pql' and lead_number = 1

),

sign_ups as (

    select
        definitions.definition_key,
        sign_ups.*,
        lead_starts.qualified_on
    from {{ ref('int_sign_ups') }} as sign_ups
    inner join clock
        on sign_ups.signed_up_on > clock.review_from
    inner join definitions
        on
            sign_ups.entity_type = definitions.entity_type
            and {{ is_in_list('sign_ups.stage', 'definitions.audience') }}
    left join {{ ref('int_lead_starts') }} as lead_starts
        on
            definitions.definition_key = lead_starts.definition_key
            and sign_ups.entity_id = lead_starts.entity_id
            and lead_starts.lead_source = 'pql'
            and lead_starts.lead_number = 1

),

won_customers as (

    select
        outcomes.definition_key,
        outcomes.outcome_id,
        count(lead_starts.lead_id) > 0 as had_qualified
    from {{ ref('int_outcomes') }} as outcomes
    inner join definitions
        on outcomes.definition_key = definitions.definition_key
    inner join clock
        on outcomes.outcome_on > clock.recent_from
    left join {{ ref('int_lead_starts') }} as lead_starts
        on
            outcomes.definition_key = lead_starts.definition_key
            and outcomes.entity_id = lead_starts.entity_id
            and outcomes.outcome_on > lead_starts.qualified_on
            and lead_starts.lead_source = 'pql'
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
    inner join clock
        on {{ add_days('leads.qualified_on', answer_days) }} <= clock.as_of_date

),

-- one row per check that is a share, and thing it looks at
trials as (

    select
        definition_key,
        'won_had_qualified' as check_id,
        had_qualified as is_success
    from won_customers
    union all
    select
        definition_key,
        'sign_ups_qualify' as check_id,
        coalesce(qualified_on <= window_ends_on, false) as is_success
    from sign_ups
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
        count(*) as trial_count
    from trials
    group by definition_key, check_id

),

shares as (

    select
        definition_key,
        check_id,
        success_count as numerator,
        trial_count as denominator,
        trial_count as sample_size,
        success_count * 1.0 / trial_count as check_value,
        {{ wilson_lower('success_count', 'trial_count') }} as value_lower,
        {{ wilson_upper('success_count', 'trial_count') }} as value_upper
    from trial_counts

),

ranked_days as (

    select
        definition_key,
        lead_source,
        days_to_paid,
        row_number() over (
            partition by definition_key, lead_source order by days_to_paid
        ) as day_rank,
        count(*) over (partition by definition_key, lead_source) as day_count
    from leads
    where lead_number = 1 and days_to_paid is not null and is_conversion_window_over

),

-- the interval of a median: the values at these places, whatever the distribution
medians as (

    select
        definition_key,
        lead_source,
        max(day_count) as day_count,
        avg(case when {{ is_middle('day_rank', 'day_count') }} then days_to_paid * 1.0 end)
            as median_days,
        max(
            case when day_rank <= day_count / 2.0 - 0.98 * sqrt(day_count) then days_to_paid end
        ) as lower_days,
        min(
            case when day_rank >= day_count / 2.0 + 1 + 0.98 * sqrt(day_count) then days_to_paid end
        ) as upper_days
    from ranked_days
    group by definition_key, lead_source

),

times_to_close as (

    select
        product_leads.definition_key,
        'time_to_close' as check_id,
        product_leads.median_days as numerator,
        marketing_leads.median_days as denominator,
        least(product_leads.day_count, marketing_leads.day_count) as sample_size,
        product_leads.median_days / nullif(marketing_leads.median_days, 0) as check_value,
        product_leads.lower_days / nullif(marketing_leads.median_days, 0) as value_lower,
        product_leads.upper_days / nullif(marketing_leads.median_days, 0) as value_upper
    from medians as product_leads
    inner join medians as marketing_leads
        on
            product_leads.definition_key = marketing_leads.definition_key
            and marketing_leads.lead_source = 'mql'
    where product_leads.lead_source = 'pql'

),

recent_starts as (

    select
        new_leads.definition_key,
        'lead' as kind,
        new_leads.qualified_on > clock.growth_from as is_recent
    from new_leads
    inner join clock
        on new_leads.qualified_on > clock.earlier_growth_from
    union all
    select
        sign_ups.definition_key,
        'sign_up' as kind,
        sign_ups.signed_up_on > clock.growth_from as is_recent
    from sign_ups
    inner join clock
        on sign_ups.signed_up_on > clock.earlier_growth_from

),

growth_counts as (

    select
        definition_key,
        count(case when kind = 'lead' and is_recent then 1 end) as recent_leads,
        count(case when kind = 'lead' and not is_recent then 1 end) as earlier_leads,
        count(case when kind = 'sign_up' and is_recent then 1 end) as recent_sign_ups,
        count(case when kind = 'sign_up' and not is_recent then 1 end) as earlier_sign_ups
    from recent_starts
    group by definition_key

),

growth_rates as (

    select
        *,
        recent_leads * 1.0 / nullif(earlier_leads, 0) as lead_growth,
        recent_sign_ups * 1.0 / nullif(earlier_sign_ups, 0) as sign_up_growth,
        -- the standard error of the logarithm of a ratio of counts
        sqrt(
            1.0 / nullif(recent_leads, 0)
            + 1.0 / nullif(earlier_leads, 0)
            + 1.0 / nullif(recent_sign_ups, 0)
            + 1.0 / nullif(earlier_sign_ups, 0)
        ) as log_error
    from growth_counts

),

growths as (

    select
        definition_key,
        'volume_trend' as check_id,
        lead_growth as numerator,
        sign_up_growth as denominator,
        least(recent_leads, earlier_leads) as sample_size,
        lead_growth / nullif(sign_up_growth, 0) as check_value,
        lead_growth / nullif(sign_up_growth, 0) * exp(-1.96 * log_error) as value_lower,
        lead_growth / nullif(sign_up_growth, 0) * exp(1.96 * log_error) as value_upper
    from growth_rates

),

recent_entities as (

    select
        leads.definition_key,
        leads.entity_id,
        count(*) as start_count
    from leads
    inner join clock
        on leads.qualified_on > clock.recent_from
    where leads.lead_source = 'pql'
    group by leads.definition_key, leads.entity_id

),

flips as (

    select
        definition_key,
        'flips' as check_id,
        sum(start_count) as numerator,
        count(*) as denominator,
        count(*) as sample_size,
        avg(start_count * 1.0) as check_value,
        avg(start_count * 1.0) - 1.96 * stddev_samp(start_count) / sqrt(count(*)) as value_lower,
        avg(start_count * 1.0) + 1.96 * stddev_samp(start_count) / sqrt(count(*)) as value_upper
    from recent_entities
    group by definition_key

),

check_values as (

    select * from shares
    union all
    select * from times_to_close
    union all
    select * from growths
    union all
    select * from flips

),

reason_counts as (

    select
        definition_key,
        coalesce(response_reason, 'no reason given')
        || ' (' || cast(count(*) as {{ dbt.type_string() }}) || ')' as reason,
        count(*) as reason_count
    from leads
    where response_status = 'rejected'
    group by definition_key, coalesce(response_reason, 'no reason given')

),

reason_lists as (

    select
        definition_key,
        {{ dbt.listagg('reason', "', '", 'order by reason_count desc, reason') }} as detail
    from reason_counts
    group by definition_key

)

select
    check_values.definition_key,
    check_values.check_id,
    reason_lists.detail,
    cast(check_values.sample_size as {{ dbt.type_int() }}) as sample_size,
    cast(check_values.numerator as decimal(18, 4)) as numerator,
    cast(check_values.denominator as decimal(18, 4)) as denominator,
    cast(check_values.check_value as decimal(18, 4)) as check_value,
    cast(check_values.value_lower as decimal(18, 4)) as value_lower,
    cast(check_values.value_upper as decimal(18, 4)) as value_upper
from check_values
left join reason_lists
    on
        check_values.definition_key = reason_lists.definition_key
        and check_values.check_id = 'rejections'
