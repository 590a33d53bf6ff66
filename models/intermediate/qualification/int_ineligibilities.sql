{%- set text = dbt.type_string() -%}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status = 'live'

),

fit_results as (

    select * from {{ ref('int_fit_results') }}

),

-- a group fails when none of its gates passes
failed_gates as (

    select
        definition_key,
        entity_type,
        entity_id,
        'not met: ' || {{ dbt.listagg('reason', "' or '", 'order by fit_rule_id') }} as reason
    from fit_results
    where effect = 'gate'
    group by definition_key, entity_type, entity_id, gate_group
    having sum(case when is_met then 1 else 0 end) = 0

),

conditions as (

    select conditions.*
    from {{ ref('int_conditions') }} as conditions
    inner join as_of
        on {{ is_valid_on('conditions', 'as_of.as_of_date') }}

),

stages as (

    select stage_timelines.*
    from {{ ref('int_stage_timelines') }} as stage_timelines
    inner join as_of
        on {{ is_valid_on('stage_timelines', 'as_of.as_of_date') }}

),

reasons as (

    select
        definition_key,
        entity_type,
        entity_id,
        1 as reason_rank,
        reason
    from fit_results
    where effect = 'disqualify' and is_met
    union all
    select
        conditions.definition_key,
        conditions.entity_type,
        conditions.entity_id,
        2 as reason_rank,
        'disqualified: ' || signals.signal_name as reason
    from conditions
    inner join {{ ref('stg_config__definition_rules') }} as definition_rules
        on
            conditions.definition_key = definition_rules.definition_key
            and conditions.condition_id = definition_rules.rule_id
    inner join {{ ref('stg_config__signals') }} as signals
        on definition_rules.signal_id = signals.signal_id
    where conditions.condition_type = 'disqualified'
    union all
    select
        definitions.definition_key,
        stages.entity_type,
        stages.entity_id,
        3 as reason_rank,
        'stage is ' || stages.stage || ', and the definition is for '
        || replace(definitions.audience, '|', ' or ') as reason
    from stages
    inner join definitions
        on
            stages.entity_type = definitions.entity_type
            and not {{ is_in_list('stages.stage', 'definitions.audience') }}
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        4 as reason_rank,
        'already pays for ' || condition_id as reason
    from conditions
    where condition_type = 'owned_line'
    union all
    select
        definition_key,
        entity_type,
        entity_id,
        5 as reason_rank,
        reason
    from failed_gates

),

ranked_reasons as (

    select
        *,
        row_number() over (
            partition by definition_key, entity_type, entity_id order by reason_rank, reason
        ) as reason_order
    from reasons

)

select
    definition_key,
    entity_type,
    entity_id,
    cast(reason as {{ text }}) as reason
from ranked_reasons
where reason_order = 1
