{{ config(materialized='view') }}
{%- set text = dbt.type_string() -%}

with

rules as (

    select
        definition_rules.*,
        -- a name that begins with capitals keeps them: API calls
        case
            when substring(signals.signal_name, 2, 1) = lower(substring(signals.signal_name, 2, 1))
                then
                    lower(substring(signals.signal_name, 1, 1))
                    || substring(signals.signal_name, 2)
            else signals.signal_name
        end as act,
        case
            when definition_rules.min_value_of is not null
                then
                    ' (at least ' || {{ format_number('definition_rules.min_value * 100') }}
                    || '% of ' || replace(definition_rules.min_value_of, '_', ' ')
            when definition_rules.min_value <> 1
                then ' (at least ' || {{ format_number('definition_rules.min_value') }}
            else ''
        end as least,
        case
            when signals.window_days is null then ''
            when signals.window_days = 1 then 'within a day'
            else 'within ' || cast(signals.window_days as {{ text }}) || ' days'
        end as in_time
    from {{ ref('stg_config__definition_rules') }} as definition_rules
    inner join {{ ref('stg_config__signals') }} as signals
        on definition_rules.signal_id = signals.signal_id

)

select
    definition_key,
    rule_id,
    effect,
    requirement_group,
    points,
    act
    || case
        when least <> '' and in_time <> '' then least || ' ' || in_time || ')'
        when least <> '' then least || ')'
        when in_time <> '' then ' (' || in_time || ')'
        else ''
    end as act,
    case
        when max_awards > 1 then ', up to ' || cast(max_awards as {{ text }}) || ' times'
        else ''
    end
    || case
        when half_life_days is null then ''
        else
            ', fading by half every '
            || {{ format_count('half_life_days', 'day') }}
    end as manner
from rules
