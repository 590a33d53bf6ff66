with

as_of as (

    select * from {{ ref('int_as_of') }}

),

users as (

    select
        users.user_id,
        users.account_id,
        users.email_opt_out,
        users.job_title,
        staged_users.email
    from {{ ref('int_users') }} as users
    inner join {{ ref('stg_product__users') }} as staged_users
        on users.user_id = staged_users.user_id
    where users.exclusion_reason is null

),

titles as (

    select distinct
        job_title,
        ' ' || translate(lower(job_title), '-,./&()', '       ') || ' ' as words
    from users
    where job_title is not null

),

-- the longest phrase speaks: a product owner owns no company
ranked_titles as (

    select
        titles.job_title,
        job_titles.role,
        row_number() over (
            partition by titles.job_title
            order by length(job_titles.phrase) desc, job_titles.phrase
        ) as phrase_rank
    from titles
    inner join {{ ref('job_titles') }} as job_titles
        on titles.words like '% ' || job_titles.phrase || ' %'

)

select
    users.user_id,
    users.account_id,
    case
        when verifications.status = 'invalid' then 'invalid'
        when
            verifications.verified_on
            >= {{ add_days('as_of.as_of_date', -var('contact_verification_max_age_days')) }}
            and verifications.status in ('valid', 'risky')
            then verifications.status
        else 'unknown'
    end as contact_status,
    coalesce(activity.active_days_28d, 0) as active_days_28d,
    coalesce(activity.event_count_28d, 0) as event_count_28d,
    users.email is not null as has_email,
    users.email_opt_out,
    coalesce(ranked_titles.role = 'decision_maker', false) as is_decision_maker,
    verifications.verified_on as contact_verified_on
from users
cross join as_of
left join {{ ref('stg_crm__contact_verifications') }} as verifications
    on users.email = verifications.email
left join ranked_titles
    on
        users.job_title = ranked_titles.job_title
        and ranked_titles.phrase_rank = 1
left join {{ ref('int_recent_activity') }} as activity
    on
        users.user_id = activity.entity_id
        and activity.entity_type = 'user'
