{{ config(
    materialized='incremental',
    incremental_strategy=upsert_strategy(),
    unique_key='task_key',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}
{%- set newline = "chr(10)" %}

with

previous as (

    {{ previous_rows('sync_crm_tasks') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

people as (

    select
        users.user_id,
        users.account_id,
        users.job_title,
        staged_users.email
    from {{ ref('int_users') }} as users
    inner join {{ ref('stg_product__users') }} as staged_users
        on users.user_id = staged_users.user_id
    where staged_users.email is not null

),

task_leads as (

    select * from {{ ref('int_task_leads') }}

),

-- people of an account who are leads themselves are named on its task
qualified_people as (

    select
        task_leads.task_key,
        {{ dbt.listagg('people.email', "'|'", 'order by people.email') }} as qualified_people,
        {{ dbt.listagg(
            'case when people.user_id <> task_leads.contact_user_id then people.email end',
            "', '",
            'order by people.email',
        ) }} as further_people
    from task_leads
    inner join people
        on task_leads.account_id = people.account_id
    inner join {{ ref('int_sync_leads') }} as user_leads
        on
            people.user_id = user_leads.entity_id
            and user_leads.entity_type = 'user'
            and user_leads.lead_rank = 1
            and user_leads.status = 'qualified'
    group by task_leads.task_key

),

leads as (

    select
        task_leads.*,
        contacts.email as contact_email,
        qualified_people.qualified_people,
        coalesce(
            'Talk to: ' || contacts.email || coalesce(', ' || contacts.job_title, '')
            || case
                when task_leads.entity_type = 'user' then ', who is the lead'
                else ', the most active person there'
            end
            || {{ newline }},
            ''
        )
        || coalesce(
            'Also qualified there: ' || qualified_people.further_people || {{ newline }}, ''
        )
        || task_leads.why as body
    from task_leads
    left join people as contacts
        on task_leads.contact_user_id = contacts.user_id
    left join qualified_people
        on task_leads.task_key = qualified_people.task_key

),

forgotten_names as (

    select name_hash from {{ ref('int_forgotten_users') }}

),

named_people as (

    {{ list_items('previous', ['task_key'], 'qualified_people') | indent(4) }}
    union all
    select
        task_key,
        contact_email as item
    from previous
    union all
    select
        task_key,
        entity_id as item
    from previous

),

forgotten_tasks as (

    select distinct named_people.task_key
    from named_people
    inner join forgotten_names
        on {{ dbt.hash('named_people.item') }} = forgotten_names.name_hash

),

-- a closed task stays closed
judged_tasks as (

    select
        previous.*,
        leads.task_key as lead_task_key,
        leads.touched_at,
        case
            when previous.account_key <> '' then previous.account_key
            else {{ dbt.hash("'user|' || previous.entity_id") }}
        end as subject_key,
        case
            when previous.status <> 'open' then previous.closed_reason
            when leads.status = 'customer' then 'converted'
            when leads.touched_at is not null then 'answered'
            when leads.status = 'suppressed' then 'suppressed'
            when leads.status = 'qualified' then ''
            else 'lapsed'
        end as judgement,
        case when previous.status = 'open' then as_of.as_of_date else previous.closed_on end
            as judged_on,
        coalesce(leads.is_for_sales and leads.touched_at is null, false)
        and previous.status = 'open' as is_told_anew,
        forgotten_tasks.task_key is not null as is_about_forgotten
    from previous
    cross join as_of
    left join leads
        on
            previous.definition = leads.definition_id
            and previous.entity_type = leads.entity_type
            and previous.entity_id = leads.entity_id
    left join forgotten_tasks
        on previous.task_key = forgotten_tasks.task_key

),

known_tasks as (

    select
        judged_tasks.task_key,
        judged_tasks.account_key,
        judged_tasks.entity_type,
        case when not judged_tasks.is_about_forgotten then judged_tasks.entity_id end
            as entity_id,
        case
            when judged_tasks.is_told_anew then leads.subject
            when judged_tasks.is_about_forgotten then 'somebody who asked to be forgotten'
            else judged_tasks.subject
        end as subject,
        {%- for column in ["contact_email", "qualified_people", "body"] %}
        case
            when judged_tasks.is_told_anew then leads.{{ column }}
            when not judged_tasks.is_about_forgotten then judged_tasks.{{ column }}
        end as {{ column }},
        {%- endfor %}
        judged_tasks.definition,
        {%- for column in ["priority", "owner_role", "owner"] %}
        case
            when judged_tasks.is_told_anew then leads.{{ column }}
            else judged_tasks.{{ column }}
        end as {{ column }},
        {%- endfor %}
        case
            when judged_tasks.judgement = '' then 'open'
            when judged_tasks.judgement in ('answered', 'converted') then 'completed'
            else 'canceled'
        end as status,
        judged_tasks.judgement as closed_reason,
        case
            when judged_tasks.status <> 'open' then judged_tasks.sla_state
            when judged_tasks.due_at is null then 'none'
            when judged_tasks.touched_at <= judged_tasks.due_at then 'met'
            when judged_tasks.touched_at > judged_tasks.due_at then 'missed'
            when judged_tasks.judgement <> '' then 'none'
            when as_of.watermark_at > judged_tasks.due_at then 'overdue'
            else 'due'
        end as sla_state,
        judged_tasks.qualified_date,
        judged_tasks.created_on,
        case when judged_tasks.judgement <> '' then judged_tasks.judged_on end as closed_on,
        judged_tasks.due_at
    from judged_tasks
    cross join as_of
    left join leads
        on judged_tasks.lead_task_key = leads.task_key

),

-- a lead is told once: not while a task of its holder is open, nor when one was answered since
told_leads as (

    select leads.task_key
    from leads
    inner join judged_tasks
        on leads.subject_key = judged_tasks.subject_key
    where
        judged_tasks.judgement = ''
        or (
            judged_tasks.judgement = 'answered'
            and leads.last_qualified_on <= judged_tasks.judged_on
        )
    union
    select leads.task_key
    from leads
    inner join judged_tasks
        on leads.task_key = judged_tasks.lead_task_key
    where leads.last_qualified_on <= judged_tasks.created_on

),

untold_leads as (

    select
        leads.*,
        row_number() over (
            partition by leads.subject_key
            order by leads.entity_type, leads.lead_order, leads.score desc, leads.entity_id
        ) as subject_rank
    from leads
    left join told_leads
        on leads.task_key = told_leads.task_key
    where
        leads.is_for_sales
        and leads.is_recent
        and leads.touched_at is null
        and told_leads.task_key is null

),

new_tasks as (

    select
        untold_leads.task_key,
        untold_leads.account_key,
        untold_leads.entity_type,
        untold_leads.entity_id,
        untold_leads.subject,
        untold_leads.contact_email,
        untold_leads.qualified_people,
        untold_leads.body,
        untold_leads.definition_id as definition,
        untold_leads.priority,
        untold_leads.owner_role,
        untold_leads.owner,
        'open' as status,
        '' as closed_reason,
        case
            when untold_leads.sla_due_at is null then 'none'
            when as_of.watermark_at > untold_leads.sla_due_at then 'overdue'
            else 'due'
        end as sla_state,
        untold_leads.last_qualified_on as qualified_date,
        as_of.as_of_date as created_on,
        cast(null as date) as closed_on,
        untold_leads.sla_due_at as due_at
    from untold_leads
    cross join as_of
    where untold_leads.subject_rank = 1

),

current_records as (

    select * from known_tasks
    union all
    select * from new_tasks

)

{{ rows_to_sync(
    'sync_crm_tasks', 'current_records', 'task_key',
    entity_type='current_rows.entity_type', entity_id='current_rows.entity_id',
) }}
