with

definitions as (

    select * from {{ ref('int_evaluated_definitions') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

signals as (

    select * from {{ ref('stg_config__signals') }}

),

observed_values as (

    select * from {{ ref('int_observed_values') }}

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
    inner join entities
        on
            outcomes.entity_type = entities.entity_type
            and outcomes.entity_id = entities.entity_id
            and outcomes.outcome_on > entities.first_active_on
    group by definitions.definition_id, outcomes.entity_type, outcomes.entity_id

),

last_customers as (

    select * from customers
    where recency_rank <= 50

),

spans as (

    select
        definition_id,
        count(*) as customer_count,
        min(observed_on) as starts_on,
        max(observed_on) as ends_on
    from last_customers
    group by definition_id

),

customer_values as (

    select
        last_customers.definition_id,
        signals.signal_id,
        coalesce(observed_values.signal_value, 0) as signal_value,
        row_number() over (
            partition by last_customers.definition_id, signals.signal_id
            order by coalesce(observed_values.signal_value, 0) desc, last_customers.entity_id
        ) as value_rank
    from last_customers
    cross join signals
    left join observed_values
        on
            signals.signal_id = observed_values.signal_id
            and last_customers.entity_type = observed_values.entity_type
            and last_customers.entity_id = observed_values.entity_id
            and last_customers.observed_on = observed_values.observed_on

),

cutoffs as (

    select
        customer_values.definition_id,
        customer_values.signal_id,
        spans.customer_count,
        max(
            case
                when customer_values.value_rank >= 0.8 * spans.customer_count
                    then customer_values.signal_value
            end
        ) as cutoff_value,
        max(
            case
                when customer_values.value_rank >= 0.5 * spans.customer_count
                    then customer_values.signal_value
            end
        ) as median_value
    from customer_values
    inner join spans
        on customer_values.definition_id = spans.definition_id
    group by
        customer_values.definition_id, customer_values.signal_id, spans.customer_count

),

-- the others in the same weeks
others as (

    select observations.*
    from {{ ref('int_observations') }} as observations
    inner join spans
        on
            observations.definition_id = spans.definition_id
            and observations.observed_on >= spans.starts_on
            and observations.observed_on <= spans.ends_on
    where not observations.is_converted

),

other_counts as (

    select
        definition_id,
        count(*) as other_count
    from others
    group by definition_id

),

passing_others as (

    select
        cutoffs.definition_id,
        cutoffs.signal_id,
        count(*) as passing_count
    from cutoffs
    inner join others
        on cutoffs.definition_id = others.definition_id
    inner join observed_values
        on
            cutoffs.signal_id = observed_values.signal_id
            and others.entity_type = observed_values.entity_type
            and others.entity_id = observed_values.entity_id
            and others.observed_on = observed_values.observed_on
            and cutoffs.cutoff_value <= observed_values.signal_value
    where cutoffs.cutoff_value > 0
    group by cutoffs.definition_id, cutoffs.signal_id

),

shares as (

    select
        cutoffs.*,
        coalesce(other_counts.other_count, 0) as other_count,
        case
            when cutoffs.cutoff_value <= 0 then 1
            else
                coalesce(passing_others.passing_count, 0)
                * 1.0
                / nullif(other_counts.other_count, 0)
        end as share_of_others
    from cutoffs
    left join other_counts
        on cutoffs.definition_id = other_counts.definition_id
    left join passing_others
        on
            cutoffs.definition_id = passing_others.definition_id
            and cutoffs.signal_id = passing_others.signal_id

)

select
    shares.definition_id,
    shares.signal_id,
    signals.signal_name,
    signals.window_days,
    cast(shares.customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(shares.other_count as {{ dbt.type_bigint() }}) as other_count,
    cast(shares.cutoff_value as decimal(18, 2)) as cutoff_value,
    cast(shares.median_value as decimal(18, 2)) as median_value,
    cast(shares.share_of_others as decimal(18, 4)) as share_of_others,
    case
        when shares.customer_count < 10 or shares.share_of_others is null then 'not_enough_data'
        when shares.cutoff_value <= 0 then 'no_cutoff'
        when shares.share_of_others <= 0.5 then 'cutoff'
        else 'common'
    end as verdict
from shares
inner join signals
    on shares.signal_id = signals.signal_id
