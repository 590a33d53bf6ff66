with

-- what had come in by then, no more: a deadline of tonight has not passed at noon
as_of as (

    select
        as_of_date,
        least(
            watermark_at,
            cast({{ add_days('as_of_date', 1) }} as {{ dbt.type_timestamp() }})
        ) as now_at
    from {{ ref('int_as_of') }}

),

-- only those handed to somebody with a deadline; a challenger hands out none
leads as (

    select
        lead_routes.owner_role,
        cast({{ dbt.date_trunc('week', 'lead_starts.qualified_on') }} as date) as week_start,
        lead_touches.hours_to_first_touch,
        lead_results.is_conversion_window_over,
        lead_results.paid_on,
        case
            when lead_touches.first_touch_at <= lead_routes.sla_due_at then 'in_time'
            when
                cast(lead_starts.lapsed_on as {{ dbt.type_timestamp() }}) <= lead_routes.sla_due_at
                then 'ended'
            when lead_touches.first_touch_at is not null then 'late'
            when lead_routes.sla_due_at <= as_of.now_at then 'overdue'
            else 'open'
        end as sla_status
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('stg_config__definitions') }} as definitions
        on lead_starts.definition_key = definitions.definition_key
    inner join {{ ref('int_lead_routes') }} as lead_routes
        on lead_starts.lead_id = lead_routes.lead_id
    inner join {{ ref('int_lead_touches') }} as lead_touches
        on lead_starts.lead_id = lead_touches.lead_id
    inner join {{ ref('int_lead_results') }} as lead_results
        on lead_starts.lead_id = lead_results.lead_id
    cross join as_of
    where
        definitions.status = 'live'
        and lead_routes.sla_hours is not null
        and not lead_starts.is_holdout

),

ranked_leads as (

    select
        *,
        row_number() over (
            partition by
                owner_role,
                week_start,
                case when hours_to_first_touch is not null then 1 else 0 end
            order by hours_to_first_touch
        ) as touch_rank,
        count(hours_to_first_touch) over (partition by owner_role, week_start) as touch_count
    from leads

),

weeks as (

    select
        owner_role,
        week_start,
        count(*) as lead_count,
        count(hours_to_first_touch) as touched_count,
        count(case when sla_status = 'in_time' then 1 end) as in_time_count,
        count(case when sla_status = 'late' then 1 end) as late_count,
        count(case when sla_status = 'overdue' then 1 end) as overdue_count,
        count(case when sla_status = 'ended' then 1 end) as ended_count,
        count(case when sla_status = 'open' then 1 end) as open_count,
        count(case when is_conversion_window_over then 1 end) as mature_count,
        count(case when is_conversion_window_over and paid_on is not null then 1 end)
            as paid_count,
        avg(
            case when {{ is_middle('touch_rank', 'touch_count') }} then hours_to_first_touch end
        ) as median_hours_to_first_touch
    from ranked_leads
    group by owner_role, week_start

)

select
    weeks.owner_role,
    cast(weeks.lead_count as {{ dbt.type_int() }}) as lead_count,
    cast(weeks.touched_count as {{ dbt.type_int() }}) as touched_count,
    cast(weeks.in_time_count as {{ dbt.type_int() }}) as in_time_count,
    cast(weeks.late_count as {{ dbt.type_int() }}) as late_count,
    cast(weeks.overdue_count as {{ dbt.type_int() }}) as overdue_count,
    cast(weeks.ended_count as {{ dbt.type_int() }}) as ended_count,
    cast(weeks.open_count as {{ dbt.type_int() }}) as open_count,
    cast(
        weeks.in_time_count * 1.0
        / nullif(weeks.in_time_count + weeks.late_count + weeks.overdue_count, 0)
        as decimal(18, 4)
    ) as share_in_time,
    cast(weeks.median_hours_to_first_touch as decimal(18, 2)) as median_hours_to_first_touch,
    cast(weeks.mature_count as {{ dbt.type_int() }}) as mature_count,
    cast(weeks.paid_count as {{ dbt.type_int() }}) as paid_count,
    weeks.week_start,
    as_of.as_of_date
from weeks
cross join as_of
