-- An outcome and an opportunity count once for a version of a definition, however many leads of its
-- entity, or of the people of its account, they follow.
{{ config(group='pql') }}

select
    definition_id,
    definition_version,
    'outcome' as what,
    outcome_id as what_id
from {{ ref('pql_conversions') }}
where outcome_id is not null
group by definition_id, definition_version, outcome_id
having count(*) > 1
union all
select
    definition_id,
    definition_version,
    'opportunity' as what,
    opportunity_id as what_id
from {{ ref('pql_conversions') }}
where opportunity_id is not null
group by definition_id, definition_version, opportunity_id
having count(*) > 1
