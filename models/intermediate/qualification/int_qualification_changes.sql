{#- Made anew as a whole: a run of days may have begun long before the day of the change. -#}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{{ config(**continued_by_entity(keys, starts="changed_on", ends=none)) }}

with

eligibility_history as (

    select eligibility_history.*
    from {{ to_rescore(ref('int_eligibility_history'), ends=none) }} as eligibility_history

),

definitions as (

    select * from {{ ref('stg_config__definitions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

compared as (

    select
        *,
        case
            when
                is_meeting = lag(is_meeting) over (
                    partition by {{ keys | join(', ') }} order by valid_from
                )
                then 0
            else 1
        end as is_run_start
    from eligibility_history

),

numbered as (

    select
        *,
        sum(is_run_start) over (
            partition by {{ keys | join(', ') }}
            order by valid_from
            rows between unbounded preceding and current row
        ) as run_number
    from compared

),

-- a run: days in a row on which the definition is met, or on which it is not
runs as (

    select
        {{ keys | join(', ') }},
        run_number,
        is_meeting,
        min(valid_from) as run_start,
        min(
            case when is_hand_raised or (not is_meeting and not is_eligible) then valid_from end
        ) as at_once_date
    from numbered
    group by {{ keys | join(', ') }}, run_number, is_meeting

),

dated_runs as (

    select
        runs.*,
        {{ add_days(
            'runs.run_start',
            'case when runs.is_meeting'
            ~ ' then definitions.promote_after_days else definitions.demote_after_days end'
        ) }} as patient_date,
        lead(runs.run_start) over (
            partition by runs.definition_key, runs.entity_type, runs.entity_id
            order by runs.run_number
        ) as run_end
    from runs
    inner join definitions
        on runs.definition_key = definitions.definition_key

),

decided_runs as (

    select
        *,
        case
            when at_once_date < patient_date then at_once_date
            else patient_date
        end as decision_date
    from dated_runs

),

-- a run that ends before its decision decides nothing
decisions as (

    select
        decided_runs.*,
        lag(decided_runs.is_meeting, 1, false) over (
            partition by
                decided_runs.definition_key, decided_runs.entity_type, decided_runs.entity_id
            order by decided_runs.run_number
        ) as was_qualified
    from decided_runs
    inner join as_of
        on decided_runs.decision_date <= as_of.horizon_date
    where decided_runs.run_end is null or decided_runs.decision_date < decided_runs.run_end

)

select
    {{ keys | join(',\n    ') }},
    is_meeting as is_qualified,
    -- what decided it: the first day of the run, or the day that made it so at once
    case when decision_date = at_once_date then decision_date else run_start end as caused_on,
    decision_date as changed_on
from decisions
where is_meeting <> was_qualified
