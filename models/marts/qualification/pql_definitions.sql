{#- A definition in the words of a sales playbook, made from its rows. -#}
{%- set text = dbt.type_string() -%}

with

sentences as (

    select
        definitions.*,
        case definitions.entity_type when 'account' then 'An account' else 'A user' end
        || ' whose stage is ' || replace(definitions.audience, '|', ' or ')
        || coalesce(
            case definitions.entity_type when 'account' then ' and that' else ' and who' end
            || ' does not pay for ' || definitions.product_line, ''
        )
        || ' qualifies'
        || case
            when definitions.score_threshold is null then ''
            else ' at ' || {{ format_number('definitions.score_threshold') }} || ' points or more'
        end
        || coalesce(': ' || phrases.scoring_acts, '')
        || case
            when definitions.decay_points_per_week = 0 then ''
            else
                '; ' || {{ format_count('definitions.decay_points_per_week', 'point') }}
                || case when definitions.decay_points_per_week = 1 then ' is' else ' are' end
                || ' lost with each idle week'
        end
        || '.' as score_sentence,
        coalesce(' It must have: ' || phrases.required_acts || '.', '') as requirement_sentence,
        case
            when definitions.active_within_days is null then ''
            else
                ' It must be active: in the last '
                || {{ format_count('definitions.active_within_days', 'day') }} || '.'
        end as activity_sentence,
        coalesce(' Fit: ' || phrases.gates || '.', '') as gate_sentence,
        coalesce(' Never if it ' || phrases.disqualifying_conditions || '.', '')
        || coalesce(' Never with: ' || phrases.disqualifying_acts || '.', '') as never_sentence,
        coalesce(' At any score: ' || phrases.hand_raising_acts || '.', '') as hand_raise_sentence,
        case
            when definitions.promote_after_days = 0 then ''
            else
                ' It qualifies after '
                || cast(definitions.promote_after_days + 1 as {{ text }}) || ' such days in a row.'
        end
        || case
            when definitions.demote_after_days = 0 then ''
            else
                ' It lapses after '
                || cast(definitions.demote_after_days + 1 as {{ text }})
                || ' days in a row below.'
        end as patience_sentence
    from {{ ref('stg_config__definitions') }} as definitions
    inner join {{ ref('int_definition_descriptions') }} as phrases
        on definitions.definition_key = phrases.definition_key

)

select
    definition_id,
    definition_version,
    definition_name,
    entity_type,
    status,
    owner,
    score_sentence || requirement_sentence || activity_sentence || hand_raise_sentence
    || gate_sentence || never_sentence || patience_sentence as description,
    rationale
from sentences
