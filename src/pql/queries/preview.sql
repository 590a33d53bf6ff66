-- What `pql preview` reads, of the database of either config.

-- name: as_of
select as_of_date from int_as_of

-- name: live
select definition_id, definition_version
from pql_definitions
where status = 'live'

-- name: leads
select
    account_id as entity_id,
    account_name as name,
    score,
    score_threshold,
    is_eligible,
    is_qualified,
    ineligible_reason,
    gap_to_qualify
from pql_accounts
where definition_id = $definition_id
union all
select
    user_id,
    email,
    score,
    score_threshold,
    is_eligible,
    is_qualified,
    ineligible_reason,
    gap_to_qualify
from pql_users
where definition_id = $definition_id

-- name: counts
select
    count(*) as scored,
    count(*) filter (where is_eligible) as eligible,
    count(*) filter (where is_qualified) as qualified
from ({leads}) as leads

-- name: qualified
select entity_id
from ({leads}) as leads
where is_qualified

-- name: named_leads
select *
from ({leads}) as leads
where entity_id in (select unnest($entity_ids))

-- name: lines
select reasons.source, reasons.rule_id, reasons.reason, reasons.points, reasons.is_met
from pql_reasons as reasons
inner join pql_definitions as definitions
    using (definition_id, definition_version, entity_type)
where
    definitions.status = 'live'
    and reasons.definition_id = $definition_id
    and reasons.entity_id = $entity_id

-- name: weeks
select
    cast(date_trunc('week', transitions.transition_on) as date) as week,
    count(*) as entered
from pql_transitions as transitions
inner join pql_definitions as definitions
    using (definition_id, definition_version, entity_type)
where
    definitions.status = 'live'
    and transitions.definition_id = $definition_id
    and transitions.to_status = 'qualified'
group by week
order by week

-- name: evaluation
select *
from definition_evaluation
where contender = $contender

-- name: curve
select score_threshold, precision_share, recall_share, new_leads_per_week, is_current
from threshold_curve
where contender = $contender
order by score_threshold

-- name: problems
select
    concat_ws(
        ', ',
        file_name,
        'row ' || nullif(row_key, ''),
        'column ' || nullif(column_name, '')
    ) as place,
    problem,
    suggested_fix
from config_problems
where severity = 'error'
order by file_name, row_key, column_name
