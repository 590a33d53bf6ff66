with

previous as (

    {{ previous_rows('sync_crm_tasks') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

forgotten_names as (

    select name_hash from {{ ref('stg_product__forgotten_hashes') }}

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
        case
            when previous.account_key <> '' then previous.account_key
            else {{ dbt.hash("'user|' || previous.entity_id") }}
        end as subject_key,
        leads.task_key as lead_task_key,
        leads.touched_at,
        case
            when previous.status <> 'open' then previous.closed_reason
            when leads.status = 'customer' then 'converted'
            when leads.touched_at is not null then 'answered'
            when leads.status = 'suppressed' then 'suppressed'
            when leads.status = 'qualified' then ''
            else 'lapsed'
        end as judgement,
        coalesce(leads.is_for_sales and leads.touched_at is null, false)
        and previous.status = 'open' as is_told_anew,
        forgotten_tasks.task_key is not null as is_about_forgotten
    from previous
    left join {{ ref('int_task_leads') }} as leads
        on
            previous.definition = leads.definition_id
            and previous.entity_type = leads.entity_type
            and previous.entity_id = leads.entity_id
    left join forgotten_tasks
        on previous.task_key = forgotten_tasks.task_key

)

select
    judged_tasks.task_key,
    judged_tasks.subject_key,
    judged_tasks.lead_task_key,
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
    judged_tasks.is_told_anew,
    judged_tasks.is_about_forgotten,
    judged_tasks.created_on,
    case
        when judged_tasks.status <> 'open' then judged_tasks.closed_on
        when judged_tasks.judgement <> '' then as_of.as_of_date
    end as closed_on
from judged_tasks
cross join as_of
