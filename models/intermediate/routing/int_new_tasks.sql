{{ config(materialized='view') }}

with

leads as (

    select * from {{ ref('int_task_leads') }}

),

judged_tasks as (

    select * from {{ ref('int_judged_tasks') }}

),

-- a lead is told once: not while a task of its subject is open, nor when one was answered since
told_leads as (

    select leads.task_key
    from leads
    inner join judged_tasks
        on leads.subject_key = judged_tasks.subject_key
    where
        judged_tasks.closed_reason = ''
        or (
            judged_tasks.closed_reason = 'answered'
            and leads.last_qualified_on <= judged_tasks.closed_on
        )
    {{ union_distinct() }}
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

)

select
    untold_leads.task_key,
    case
        when untold_leads.sla_due_at is null then 'none'
        when as_of.watermark_at > untold_leads.sla_due_at then 'overdue'
        else 'due'
    end as sla_state,
    as_of.as_of_date as created_on
from untold_leads
inner join {{ ref('int_as_of') }} as as_of
    on as_of.as_of_date is not null
where untold_leads.subject_rank = 1
