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
        'Also qualified there: ' || {{ dbt.listagg(
            'case when people.user_id <> task_leads.contact_user_id then people.email end',
            "', '",
            'order by people.email',
        ) }} || {{ newline }} as also_qualified
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
        || coalesce(qualified_people.also_qualified, '')
        || task_leads.why as body
    from task_leads
    left join people as contacts
        on task_leads.contact_user_id = contacts.user_id
    left join qualified_people
        on task_leads.task_key = qualified_people.task_key

),

tasks as (

    select
        task_key,
        case when is_told_anew then lead_task_key end as told_task_key,
        status,
        closed_reason,
        sla_state,
        is_about_forgotten,
        created_on,
        closed_on
    from {{ ref('int_judged_tasks') }}
    union all
    select
        task_key,
        task_key as told_task_key,
        'open' as status,
        '' as closed_reason,
        sla_state,
        false as is_about_forgotten,
        created_on,
        cast(null as date) as closed_on
    from {{ ref('int_new_tasks') }}

),

-- what was said stays, but for what is told anew, and for the names of the forgotten
current_records as (

    select
        tasks.task_key,
        coalesce(previous.account_key, leads.account_key) as account_key,
        coalesce(previous.entity_type, leads.entity_type) as entity_type,
        {%- for column in ["entity_id", "subject", "contact_email", "qualified_people", "body"] %}
        case
            when leads.task_key is not null then leads.{{ column }}
            when not tasks.is_about_forgotten then previous.{{ column }}
            {{ "else 'somebody who asked to be forgotten'" if column == "subject" }}
        end as {{ column }},
        {%- endfor %}
        coalesce(previous.definition, leads.definition_id) as definition,
        {%- for column in ["priority", "owner_role", "owner"] %}
        case when leads.task_key is not null then leads.{{ column }} else previous.{{ column }} end
            as {{ column }},
        {%- endfor %}
        tasks.status,
        tasks.closed_reason,
        tasks.sla_state,
        coalesce(previous.qualified_date, leads.last_qualified_on) as qualified_date,
        tasks.created_on,
        tasks.closed_on,
        case when previous.task_key is null then leads.sla_due_at else previous.due_at end as due_at
    from tasks
    left join previous
        on tasks.task_key = previous.task_key
    left join leads
        on tasks.told_task_key = leads.task_key

)

{{ rows_to_sync(
    'sync_crm_tasks', 'current_records', 'task_key',
    entity_type='current_rows.entity_type', entity_id='current_rows.entity_id',
) }}
