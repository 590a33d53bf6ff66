{{ config(
    materialized='incremental',
    incremental_strategy=upsert_strategy(),
    unique_key='alert_key',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}
{%- set text = dbt.type_string() -%}
{%- set sales_answers = ["sales_activities", "lead_responses"] %}

with

previous as (

    {{ previous_rows('sync_alerts') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

live_signals as (

    select distinct definition_rules.signal_id
    from {{ ref('stg_config__definition_rules') }} as definition_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on definition_rules.definition_key = definitions.definition_key
    where definitions.status = 'live'

),

-- where nobody says what sales does, nothing is known to be overdue
overdue_tasks as (

    select
        'overdue_task' as alert_type,
        task_key as subject,
        entity_type,
        entity_id,
        'high' as severity,
        'Overdue since ' || cast(due_at as {{ text }}) || ' UTC: ' || subject
        || ' (' || owner_role || case when owner <> '' then ' ' || owner else '' end || ')'
            as message
    from {{ ref('sync_crm_tasks') }}
    where
        sla_state = 'overdue'
        and {{ "1 = 1" if raw_tables_read() | select("in", sales_answers) | list else "1 = 0" }}

),

dead_signals as (

    select
        'dead_signal' as alert_type,
        coverage.subject_id as subject,
        '' as entity_type,
        '' as entity_id,
        'medium' as severity,
        'The signal ' || coverage.subject_id || ' was '
        || coalesce('last seen on ' || cast(coverage.last_seen_on as {{ text }}), 'never seen')
        || ': is it still tracked?' as message
    from {{ ref('signal_coverage') }} as coverage
    inner join live_signals
        on coverage.subject_id = live_signals.signal_id
    cross join as_of
    where
        coverage.subject_type = 'signal'
        and (
            coverage.last_seen_on is null
            or coverage.last_seen_on < {{ add_days('as_of.as_of_date', -var('dead_signal_days')) }}
        )

),

alerts as (

    select * from {{ ref('int_alerts') }}
    union all
    select * from overdue_tasks
    union all
    select * from dead_signals

),

today as (

    select
        *,
        {{ dbt.hash("alert_type || '|' || subject") }} as subject_key
    from alerts

),

-- what is over and comes back is raised anew
current_records as (

    select
        {{ dbt.hash(
            "today.subject_key || '|' || cast(as_of.as_of_date as " ~ text ~ ")"
        ) }} as alert_key,
        today.subject_key,
        today.alert_type,
        today.entity_type,
        today.entity_id,
        today.severity,
        today.message,
        true as is_open,
        as_of.as_of_date as raised_on,
        cast(null as date) as closed_on
    from today
    cross join as_of
    left join previous as open_alerts
        on
            today.subject_key = open_alerts.subject_key
            and open_alerts.is_open
    where open_alerts.subject_key is null
    union all
    select
        previous.alert_key,
        previous.subject_key,
        previous.alert_type,
        previous.entity_type,
        case when forgotten_names.name_hash is null then previous.entity_id end as entity_id,
        previous.severity,
        case when forgotten_names.name_hash is null then previous.message end as message,
        previous.is_open and today.subject_key is not null as is_open,
        previous.raised_on,
        case
            when previous.is_open and today.subject_key is null then as_of.as_of_date
            else previous.closed_on
        end as closed_on
    from previous
    cross join as_of
    left join today
        on previous.subject_key = today.subject_key
    left join {{ ref('stg_product__forgotten_hashes') }} as forgotten_names
        on {{ dbt.hash('previous.entity_id') }} = forgotten_names.name_hash

)

{{ rows_to_sync('sync_alerts', 'current_records', 'alert_key') }}
