{{ config(materialized='view') }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status in ('live', 'challenger')

),

entities as (

    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        entities.last_active_on,
        as_of.as_of_date
    from {{ ref('int_entities') }} as entities
    inner join definitions
        on entities.entity_type = definitions.entity_type
    cross join as_of

),

-- the sum of a line's steps is what it adds up to today
current_lines as (

    select
        score_steps.definition_key,
        score_steps.entity_type,
        score_steps.entity_id,
        score_steps.source,
        score_steps.rule_id,
        sum(score_steps.delta) as points
    from {{ ref('int_score_steps') }} as score_steps
    inner join as_of
        on score_steps.changed_on <= as_of.as_of_date
    where score_steps.source <> 'rule'
    group by
        score_steps.definition_key,
        score_steps.entity_type,
        score_steps.entity_id,
        score_steps.source,
        score_steps.rule_id
    having sum(score_steps.delta) <> 0

)

select
    entities.definition_key,
    current_lines.entity_type,
    current_lines.entity_id,
    current_lines.source,
    current_lines.rule_id,
    case when current_lines.source = 'cap' then current_lines.rule_id end as category,
    case current_lines.source
        when 'decay'
            then
                'idle for '
                || cast(
                    {{ dbt.datediff('entities.last_active_on', 'entities.as_of_date', 'day') }}
                    as {{ dbt.type_string() }}
                )
                || ' days'
        when 'cap'
            then
                current_lines.rule_id || ' counts for at most '
                || {{ format_count('category_caps.max_points', 'point') }}
        else coalesce(fit_rules.reason, fit_rules.attribute)
    end as reason,
    case
        when current_lines.source = 'decay'
            then {{ dbt.datediff('entities.last_active_on', 'entities.as_of_date', 'day') }}
    end as value,
    current_lines.points,
    case when current_lines.source = 'decay' then entities.last_active_on end as last_event_on
from current_lines
inner join entities
    on
        current_lines.definition_key = entities.definition_key
        and current_lines.entity_type = entities.entity_type
        and current_lines.entity_id = entities.entity_id
left join {{ ref('stg_config__category_caps') }} as category_caps
    on
        current_lines.definition_key = category_caps.definition_key
        and current_lines.rule_id = category_caps.category
        and current_lines.source = 'cap'
left join {{ ref('stg_config__fit_rules') }} as fit_rules
    on
        current_lines.definition_key = fit_rules.definition_key
        and current_lines.rule_id = fit_rules.fit_rule_id
        and current_lines.source = 'fit'
