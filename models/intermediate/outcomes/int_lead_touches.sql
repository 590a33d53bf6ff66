with

clock as (

    select * from {{ ref('int_clock') }}

),

receipts as (

    select
        entity_type,
        entity_id,
        activity_date,
        max(latest_received_at) as latest_received_at
    from {{ ref('int_entity_signal_days') }}
    where signal_id = 'any_activity'
    group by entity_type, entity_id, activity_date

),

-- as for a deadline, a lead begins when the last event of the day that decided had come in
dated_leads as (

    select
        lead_starts.*,
        coalesce(
            receipts.latest_received_at,
            cast({{ add_days('lead_starts.qualified_on', 1) }} as {{ dbt.type_timestamp() }})
        ) as qualified_at
    from {{ ref('int_lead_starts') }} as lead_starts
    left join receipts
        on
            lead_starts.entity_type = receipts.entity_type
            and lead_starts.entity_id = receipts.entity_id
            and lead_starts.qualified_on = receipts.activity_date
    where lead_starts.lead_source = 'pql'

),

-- what sales does is about the latest lead of the entity, while it may still pay for it
leads as (

    select
        *,
        lead(qualified_at) over (
            partition by definition_key, entity_type, entity_id order by qualified_on
        ) as next_qualified_at,
        {{ add_days('qualified_on', var('conversion_window_days')) }} as last_day
    from dated_leads

),

users_named as (

    select distinct activity_id
    from {{ ref('int_entity_activities') }}
    where entity_type = 'user'

),

acts as (

    select
        leads.lead_id,
        activities.occurred_at
    from leads
    inner join {{ ref('int_entity_activities') }} as activities
        on
            leads.entity_type = activities.entity_type
            and leads.entity_id = activities.entity_id
    union all
    -- who gets in touch with an account, and names nobody, does so with all of its people
    select
        leads.lead_id,
        activities.occurred_at
    from leads
    inner join {{ ref('int_entity_activities') }} as activities
        on
            leads.account_id = activities.entity_id
            and activities.entity_type = 'account'
    left join users_named
        on activities.activity_id = users_named.activity_id
    where leads.entity_type = 'user' and users_named.activity_id is null

),

first_touches as (

    select
        leads.lead_id,
        min(acts.occurred_at) as first_touch_at
    from leads
    inner join acts
        on
            leads.lead_id = acts.lead_id
            and leads.qualified_at <= acts.occurred_at
            and leads.last_day >= cast(acts.occurred_at as date)
            and (leads.next_qualified_at is null or leads.next_qualified_at > acts.occurred_at)
    inner join clock
        on cast(acts.occurred_at as date) <= clock.as_of_date
    group by leads.lead_id

),

answers as (

    select
        leads.lead_id,
        0 as is_of_account,
        responses.*
    from leads
    inner join {{ ref('int_entity_responses') }} as responses
        on
            leads.entity_type = responses.entity_type
            and leads.entity_id = responses.entity_id
    union all
    -- an answer about an account is one about its people
    select
        leads.lead_id,
        1 as is_of_account,
        responses.*
    from leads
    inner join {{ ref('int_entity_responses') }} as responses
        on
            leads.account_id = responses.entity_id
            and responses.entity_type = 'account'
    where leads.entity_type = 'user'

),

ranked_answers as (

    select
        leads.lead_id,
        answers.status,
        answers.reason,
        answers.responded_at,
        row_number() over (
            partition by leads.lead_id
            order by
                answers.responded_at desc, answers.is_of_account, answers.status, answers.reason
        ) as answer_rank,
        min(
            case when answers.status in ('accepted', 'working') then answers.responded_at end
        ) over (partition by leads.lead_id) as accepted_at
    from leads
    inner join answers
        on
            leads.lead_id = answers.lead_id
            and leads.qualified_at <= answers.responded_at
            and leads.last_day >= cast(answers.responded_at as date)
            and (leads.next_qualified_at is null or leads.next_qualified_at > answers.responded_at)
    inner join clock
        on cast(answers.responded_at as date) <= clock.as_of_date

)

select
    leads.lead_id,
    ranked_answers.status as response_status,
    ranked_answers.reason as response_reason,
    cast(
        {{ dbt.datediff('leads.qualified_at', 'first_touches.first_touch_at', 'minute') }}
        / 60.0
        as decimal(18, 2)
    ) as hours_to_first_touch,
    leads.qualified_at,
    first_touches.first_touch_at,
    ranked_answers.responded_at,
    ranked_answers.accepted_at
from leads
left join first_touches
    on leads.lead_id = first_touches.lead_id
left join ranked_answers
    on
        leads.lead_id = ranked_answers.lead_id
        and ranked_answers.answer_rank = 1
