{%- set capacity = var("sales_capacity_per_week") -%}

with

-- versions of one definition ask about the same outcome: the one in use says whose and which
ranked_versions as (

    select
        *,
        row_number() over (
            partition by definition_id
            order by
                case status
                    when 'live' then 1
                    when 'challenger' then 2
                    when 'draft' then 3
                    else 4
                end,
                definition_version desc
        ) as version_rank
    from {{ ref('stg_config__definitions') }}

),

-- what all its rules are worth together: the scale on which points are suggested
point_totals as (

    select
        definition_key,
        sum(points * max_awards) as total_points
    from {{ ref('stg_config__definition_rules') }}
    where points > 0 and effect = 'score'
    group by definition_key

),

-- what nobody is called for, a product sells by itself: it has no capacity
sold_by_people as (

    select distinct ranked_versions.definition_id
    from ranked_versions
    inner join {{ ref('stg_config__routing_rules') }} as routing_rules
        on routing_rules.definition_id in ('*', ranked_versions.definition_id)
    where routing_rules.motion = 'sales_assisted'

)

select
    ranked_versions.definition_id,
    ranked_versions.definition_key,
    ranked_versions.definition_version,
    ranked_versions.entity_type,
    ranked_versions.audience,
    ranked_versions.score_threshold,
    coalesce(point_totals.total_points, 100) as total_points,
    {% if capacity in (none, "") -%}
    cast(null as decimal(18, 2)) as capacity_per_week,
    {%- else -%}
    case
        when sold_by_people.definition_id is not null then cast({{ capacity }} as decimal(18, 2))
    end as capacity_per_week,
    {%- endif %}
    ranked_versions.active_within_days
from ranked_versions
left join point_totals
    on ranked_versions.definition_key = point_totals.definition_key
left join sold_by_people
    on ranked_versions.definition_id = sold_by_people.definition_id
where ranked_versions.version_rank = 1
