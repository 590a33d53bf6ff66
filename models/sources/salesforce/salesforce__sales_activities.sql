with

activities as (

    select
        activity_id,
        coalesce(nullif(lower(subtype), ''), object_type) as activity_type,
        {{ record_id('who_id') }} as who_id,
        {{ record_id('what_id') }} as what_id,
        {{ record_id('company_id') }} as company_id,
        owner,
        occurred_at
    from {{ source_rows('salesforce', ['tasks', 'events']) }} as activities
    where
        (
            object_type = 'meeting'
            or coalesce({{ try_boolean('is_closed') }}, false)
            or lower(status) = 'completed'
        )
        and not coalesce({{ try_boolean('is_child') }}, false)

),

opportunities as (

    select
        {{ record_id('opportunity_id') }} as opportunity_id,
        account_id
    from {{ ref('salesforce__opportunities') }}

)

select
    activities.activity_id,
    coalesce(
        companies.account_id,
        subjects.account_id,
        opportunities.account_id,
        people.account_id
    ) as account_id,
    people.user_id,
    activities.activity_type,
    activities.owner,
    activities.occurred_at
from activities
left join {{ ref('salesforce__people') }} as people
    on activities.who_id = people.record_id
left join {{ ref('salesforce__companies') }} as companies
    on activities.company_id = companies.company_id
left join {{ ref('salesforce__companies') }} as subjects
    on activities.what_id = subjects.company_id
left join opportunities
    on activities.what_id = opportunities.opportunity_id
