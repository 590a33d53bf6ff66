{#- No name of a person here: the mart adds them. -#}
{%- set text = dbt.type_string() -%}
{%- set newline = "chr(10)" -%}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- tasks of one account are counted together, as are those of a person without one
users as (

    select
        *,
        case
            when account_id is not null then {{ account_key('account_id') }}
            else {{ dbt.hash("'user|' || user_id") }}
        end as subject_key
    from {{ ref('int_users') }}

),

leads as (

    select
        *,
        case
            when account_id is not null then {{ account_key('account_id') }}
            else {{ dbt.hash("'user|' || entity_id") }}
        end as subject_key
    from {{ ref('int_sync_leads') }}
    where status <> 'not_qualified'

),

-- what sales did about an account, or a person without one
entity_touches as (

    select
        entity_type,
        entity_id,
        occurred_at as touched_at
    from {{ ref('int_entity_activities') }}
    union all
    select
        entity_type,
        entity_id,
        responded_at as touched_at
    from {{ ref('int_entity_responses') }}
    union all
    select
        entity_type,
        entity_id,
        cast({{ add_days('created_on', 1) }} as {{ dbt.type_timestamp() }}) as touched_at
    from {{ ref('int_entity_opportunities') }}

),

touches as (

    select
        coalesce(users.subject_key, {{ account_key('entity_touches.entity_id') }}) as subject_key,
        entity_touches.touched_at
    from entity_touches
    left join users
        on
            entity_touches.entity_type = 'user'
            and entity_touches.entity_id = users.user_id

),

first_touches as (

    select
        leads.definition_id,
        leads.entity_type,
        leads.entity_id,
        min(touches.touched_at) as touched_at
    from leads
    inner join touches
        on
            leads.subject_key = touches.subject_key
            and leads.qualified_at <= touches.touched_at
    group by leads.definition_id, leads.entity_type, leads.entity_id

)

select
    {{ dbt.hash(
        "'task|' || leads.definition_id || '|' || leads.entity_type || '|' || leads.entity_id"
        ~ " || '|' || cast(leads.last_qualified_on as " ~ text ~ ")"
    ) }} as task_key,
    leads.subject_key,
    case when leads.account_id is not null then {{ account_key('leads.account_id') }} end
        as account_key,
    leads.entity_type,
    leads.entity_id,
    leads.account_id,
    case when leads.entity_type = 'user' then leads.entity_id else leads.champion_user_id end
        as contact_user_id,
    leads.definition_id,
    leads.status,
    leads.owner_role,
    leads.owner,
    case leads.tier when 'mid' then 'medium' when 'low' then 'low' else 'high' end as priority,
    coalesce(
        accounts.account_name,
        accounts.domain,
        'account ' || accounts.account_id,
        'user ' || leads.entity_id
    )
    || ': ' || coalesce(leads.next_action, 'get in touch') as subject,
    'Why: ' || leads.reason || {{ newline }}
    || coalesce('Say: ' || leads.talking_point || {{ newline }}, '')
    || coalesce(
        'Show: ' || leads.offer_name || coalesce(', ' || leads.offer_url, '') || {{ newline }}, ''
    )
    || 'Score: ' || cast(leads.score as {{ text }})
    || coalesce(' of ' || {{ format_number('leads.score_threshold') }}, '')
    || ' (' || leads.definition_name || '), qualified since '
    || cast(leads.last_qualified_on as {{ text }})
    || coalesce({{ newline }} || 'Account: ' || leads.account_url, '') as why,
    leads.score,
    leads.priority as lead_order,
    leads.status = 'qualified' and leads.motion = 'sales_assisted' as is_for_sales,
    leads.last_qualified_on
    >= {{ add_days('as_of.as_of_date', -var('task_max_age_days')) }} as is_recent,
    leads.last_qualified_on,
    first_touches.touched_at,
    leads.sla_due_at
from leads
cross join as_of
left join first_touches
    on
        leads.definition_id = first_touches.definition_id
        and leads.entity_type = first_touches.entity_type
        and leads.entity_id = first_touches.entity_id
left join {{ ref('int_accounts') }} as accounts
    on leads.account_id = accounts.account_id
