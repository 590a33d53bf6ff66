{#- The reasons of a lead in one line of at most 255 characters, a CRM's usual limit for text, less
    what a sync writes before them: the day as of which they hold. -#}
{%- set longest = 255 - "As of 2026-01-31: " | length -%}
{%- set most = 5 -%}

with

weighed_reasons as (

    select
        definition_key,
        entity_type,
        entity_id,
        rule_id,
        effect,
        last_event_on,
        abs(points) as weight,
        reason
        || case
            when points < 0 then ': ' || {{ format_points('points') }} else ''
        end as reason
    from {{ ref('int_reasons') }}
    where
        is_met
        and (points <> 0 or effect = 'hand_raise' or requirement_group is not null)

),

-- two rules on one signal say the same
distinct_reasons as (

    select
        definition_key,
        entity_type,
        entity_id,
        reason,
        max(case when effect = 'hand_raise' then 1 else 0 end) as hand_raise,
        sum(weight) as weight,
        max(last_event_on) as last_event_on
    from weighed_reasons
    group by definition_key, entity_type, entity_id, reason

),

ranked_reasons as (

    select
        *,
        row_number() over (
            partition by definition_key, entity_type, entity_id
            order by hand_raise desc, weight desc, last_event_on desc nulls last, reason
        ) as reason_rank,
        sum(length(reason) + 2) over (
            partition by definition_key, entity_type, entity_id
            order by hand_raise desc, weight desc, last_event_on desc nulls last, reason
            rows between unbounded preceding and current row
        ) as text_length
    from distinct_reasons

)

select
    definition_key,
    entity_type,
    entity_id,
    {% for rank in range(1, most + 1) -%}
    coalesce(
        max(
            case
                when reason_rank = {{ rank }} and text_length - 2 <= {{ longest }}
                    then {{ "'; ' || " if not loop.first }}reason
                {%- if loop.first %}
                when reason_rank = 1 then substring(reason, 1, {{ longest }})
                {%- endif %}
            end
        ),
        ''
    ){{ " ||" if not loop.last }}
    {% endfor %} as top_reasons
from ranked_reasons
group by definition_key, entity_type, entity_id
