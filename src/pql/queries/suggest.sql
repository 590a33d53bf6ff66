-- What `pql suggest` reads.

-- name: evaluations
select definition_id, contender, contender_type, auc, strongest_baseline, verdict
from definition_evaluation
order by definition_id, auc desc nulls last, contender

-- name: rules
select * from suggested_points
order by definition_id, rule_number

-- name: thresholds
select * from threshold_options
where contender = 'suggested_points'
order by definition_id, option_number
