{{ config(materialized='view') }}

with

definitions as (

    select * from {{ ref('int_evaluated_definitions') }}

),

signals as (

    select * from {{ ref('stg_config__signals') }}

),

-- after it nobody is observed with whom customers could be compared
last_dates as (

    select {{ add_days('as_of_date', -var('calibration_horizon_days')) }} as last_observed_on
    from {{ ref('int_as_of') }}

),

-- each customer once, as of the day before it last paid for more; who paid at once had no usage
customers as (

    select
        definitions.definition_id,
        outcomes.entity_type,
        outcomes.entity_id,
        {{ add_days('max(outcomes.outcome_on)', -1) }} as observed_on,
        row_number() over (
            partition by definitions.definition_id
            order by max(outcomes.outcome_on) desc, outcomes.entity_id
        ) as recency_rank
    from definitions
    inner join {{ ref('int_outcomes') }} as outcomes
        on definitions.definition_key = outcomes.definition_key
    inner join last_dates
        on {{ add_days('outcomes.outcome_on', -1) }} <= last_dates.last_observed_on
    inner join {{ ref('int_entities') }} as entities
        on
            outcomes.entity_type = entities.entity_type
            and outcomes.entity_id = entities.entity_id
            and outcomes.outcome_on > entities.observable_from
    group by definitions.definition_id, outcomes.entity_type, outcomes.entity_id

),

last_customers as (

    select
        *,
        count(*) over (partition by definition_id) as customer_count
    from customers
    where recency_rank <= 50

),

customer_values as (

    select
        last_customers.definition_id,
        signals.signal_id,
        last_customers.customer_count,
        last_customers.observed_on,
        coalesce(observed_values.signal_value, 0) as signal_value,
        row_number() over (
            partition by last_customers.definition_id, signals.signal_id
            order by coalesce(observed_values.signal_value, 0) desc, last_customers.entity_id
        ) as value_rank
    from last_customers
    cross join signals
    left join {{ ref('int_observed_values') }} as observed_values
        on
            signals.signal_id = observed_values.signal_id
            and last_customers.entity_type = observed_values.entity_type
            and last_customers.entity_id = observed_values.entity_id
            and last_customers.observed_on = observed_values.observed_on

)

select
    definition_id,
    signal_id,
    customer_count,
    max(case when value_rank >= 0.8 * customer_count then signal_value end) as cutoff_value,
    max(case when value_rank >= 0.5 * customer_count then signal_value end) as median_value,
    -- others are observed weekly: a week has one of their dates, however fast customers come
    least(min(observed_on), {{ add_days('max(observed_on)', -6) }}) as starts_on,
    max(observed_on) as ends_on
from customer_values
group by definition_id, signal_id, customer_count
