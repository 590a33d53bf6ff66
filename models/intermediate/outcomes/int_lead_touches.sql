with

-- what sales does is about the latest lead of the entity, while it may still pay for it
leads as (

    select
        *,
        lead(qualified_at) over (
            partition by definition_key, entity_type, entity_id order by qualified_on
        ) as next_qualified_at,
        {{ add_days('qualified_on', var('conversion_window_days')) }} as last_day
    from {{ ref('int_lead_starts') }}
    where lead_source = 'pql'

),

activities as (

    select
        *,
        max(case when entity_type = 'user' then 1 else 0 end) over (
            partition by activity_id
        ) as names_user
    from {{ ref('int_entity_activities') }}

),

-- who gets in touch with an account, and names nobody, does so with all of its people; an answer
-- about an account is one about its people
touches as (

    select
        entity_type,
        entity_id,
        'act' as touch_type,
        cast(null as {{ dbt.type_string() }}) as status,
        cast(null as {{ dbt.type_string() }}) as reason,
        names_user = 0 as is_about_people,
        occurred_at as touched_at
    from activities
    union all
    select
        entity_type,
        entity_id,
        'answer' as touch_type,
        status,
        reason,
        true as is_about_people,
        responded_at as touched_at
    from {{ ref('int_entity_responses') }}

),

-- what is about a user's account may be about the user
subjects as (

    select
        leads.*,
        0 as is_of_account,
        leads.entity_type as subject_type,
        leads.entity_id as subject_id
    from leads
    union all
    select
        leads.*,
        1 as is_of_account,
        'account' as subject_type,
        leads.account_id as subject_id
    from leads
    where leads.entity_type = 'user'

),

lead_touches as (

    select
        subjects.lead_id,
        touches.touch_type,
        touches.status,
        touches.reason,
        touches.touched_at,
        row_number() over (
            partition by subjects.lead_id, touches.touch_type
            order by
                touches.touched_at desc, subjects.is_of_account, touches.status, touches.reason
        ) as recency
    from subjects
    inner join touches
        on
            subjects.subject_type = touches.entity_type
            and subjects.subject_id = touches.entity_id
            and (subjects.is_of_account = 0 or touches.is_about_people)
            and subjects.qualified_at <= touches.touched_at
            and subjects.last_day >= cast(touches.touched_at as date)
            and (
                subjects.next_qualified_at is null
                or subjects.next_qualified_at > touches.touched_at
            )
    inner join {{ ref('int_as_of') }} as as_of
        on cast(touches.touched_at as date) <= as_of.as_of_date

),

reactions as (

    select
        lead_id,
        min(case when touch_type = 'act' then touched_at end) as first_touch_at,
        max(case when touch_type = 'answer' then touched_at end) as responded_at,
        max(case when touch_type = 'answer' and recency = 1 then status end) as response_status,
        max(case when touch_type = 'answer' and recency = 1 then reason end) as response_reason,
        min(case when status in ('accepted', 'working') then touched_at end) as accepted_at
    from lead_touches
    group by lead_id

)

select
    leads.lead_id,
    reactions.response_status,
    reactions.response_reason,
    cast(
        {{ dbt.datediff('leads.qualified_at', 'reactions.first_touch_at', 'minute') }}
        / 60.0
        as decimal(18, 2)
    ) as hours_to_first_touch,
    leads.qualified_at,
    reactions.first_touch_at,
    reactions.responded_at,
    reactions.accepted_at
from leads
left join reactions
    on leads.lead_id = reactions.lead_id
