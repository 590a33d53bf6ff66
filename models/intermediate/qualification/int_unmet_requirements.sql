{{ config(materialized='view') }}
{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{%- set text = dbt.type_string() -%}

with

requirement_lines as (

    select
        lines.*,
        signals.signal_name
    from {{ ref('int_reasons') }} as lines
    inner join {{ ref('stg_config__definitions') }} as definitions
        on lines.definition_key = definitions.definition_key
    inner join {{ ref('stg_config__signals') }} as signals
        on lines.signal_id = signals.signal_id
    where definitions.status = 'live' and lines.requirement_group is not null

),

-- the rule that comes nearest to meeting a group of which none is met
ranked_requirements as (

    select
        *,
        max(case when is_met then 1 else 0 end) over (
            partition by {{ keys | join(', ') }}, requirement_group
        ) as is_group_met,
        count(*) over (
            partition by {{ keys | join(', ') }}, requirement_group
        ) as group_size,
        row_number() over (
            partition by {{ keys | join(', ') }}, requirement_group
            order by value / nullif(minimum, 0) desc nulls last, minimum - value, rule_id
        ) as nearness
    from requirement_lines

)

select
    {{ keys | join(',\n    ') }},
    requirement_group,
    'needs: ' || signal_name || ' (' || {{ format_number('value') }} || ' of '
    || coalesce({{ format_number('minimum') }}, 'an unknown number') || ')'
    || case
        when group_size = 1 then ''
        when group_size = 2 then ' or 1 other'
        else ' or ' || cast(group_size - 1 as {{ text }}) || ' others'
    end as gap
from ranked_requirements
where is_group_met = 0 and nearness = 1
