{#- Two fingerprints are equal only if the two definitions score alike: names, owners and reasons
    play no part. -#}
{%- set parts = {
    "stg_config__definitions": [
        "entity_type", "audience", "product_line", "score_threshold", "decay_points_per_week",
        "active_within_days", "promote_after_days", "demote_after_days",
    ],
    "stg_config__fit_rules": [
        "attribute", "operator", "value", "effect", "gate_group", "when_missing", "points",
    ],
    "stg_config__category_caps": ["category", "max_points"],
} -%}
{%- set rule_columns = [
    "effect", "min_value", "min_value_of", "points", "max_awards", "half_life_days",
    "requirement_group",
] -%}
{%- set signal_columns = [
    "category", "property_name", "property_operator", "property_value", "measure",
    "measure_property", "window_days",
] -%}

with

parts as (

    {% for model, columns in parts.items() -%}
    select
        definition_key,
        '{{ model }}|' || {{ row_text(columns, model) }} as part
    from {{ ref(model) }} as {{ model }}
    union all
    {% endfor -%}
    select
        rules.definition_key,
        'rule|' || {{ row_text(rule_columns, 'rules') }}
        || '|' || {{ row_text(signal_columns, 'signals') }}
        || '|' || coalesce(signal_events.event_name, '') as part
    from {{ ref('stg_config__definition_rules') }} as rules
    inner join {{ ref('stg_config__signals') }} as signals
        on rules.signal_id = signals.signal_id
    left join {{ ref('stg_config__signal_events') }} as signal_events
        on rules.signal_id = signal_events.signal_id

)

select
    definition_key,
    {{ dbt.hash(dbt.listagg('part', "','", 'order by part')) }} as fingerprint
from parts
group by definition_key
