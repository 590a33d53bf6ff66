{{ config(materialized='view') }}
{%- set text = dbt.type_string() -%}

select
    definition_rules.definition_key,
    definition_rules.rule_id,
    signals.signal_name,
    signals.signal_name
    || case
        when signals.window_days is null then ' no longer counts'
        else ' leaves its ' || cast(signals.window_days as {{ text }}) || '-day window'
    end as signal_end,
    definition_rules.points,
    definition_rules.half_life_days
from {{ ref('stg_config__definition_rules') }} as definition_rules
inner join {{ ref('stg_config__signals') }} as signals
    on definition_rules.signal_id = signals.signal_id
