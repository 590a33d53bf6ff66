{{ config(materialized='view') }}

with

line_sums as (

    select
        definition_key,
        entity_type,
        entity_id,
        sum(points) as points,
        sum(case when source = 'decay' then 0 else points end) as active_points
    from {{ ref('int_reasons') }}
    group by definition_key, entity_type, entity_id

)

select
    definitions.definition_key,
    entities.entity_type,
    entities.entity_id,
    -- a score is never below 0: a threshold of 0 is always reached
    case
        when definitions.score_threshold <= 0 then 0
        else definitions.score_threshold - coalesce(line_sums.points, 0)
    end as points_missing,
    -- anything they do ends the idle days, and gives back what those took
    definitions.score_threshold - coalesce(line_sums.active_points, 0)
        as points_missing_if_active,
    definitions.active_within_days,
    {{ dbt.datediff(
        'entities.last_active_on', 'as_of.as_of_date', 'day'
    ) }} as idle_days
from {{ ref('int_entities') }} as entities
inner join {{ ref('stg_config__definitions') }} as definitions
    on entities.entity_type = definitions.entity_type
cross join {{ ref('int_as_of') }} as as_of
left join line_sums
    on
        definitions.definition_key = line_sums.definition_key
        and entities.entity_type = line_sums.entity_type
        and entities.entity_id = line_sums.entity_id
where definitions.status = 'live'
