{{ config(**continued_by_entity(['definition_key', 'rule_id', 'entity_type', 'entity_id'])) }}
{%- set keys = ["terms_number", "entity_type", "entity_id"] -%}

with

-- versions share most of their rules: rules with the same terms share a timeline
terms as (

    select distinct
        terms_number,
        entity_type,
        signal_id,
        min_value,
        min_value_of,
        points,
        max_awards,
        half_life_days
    from {{ ref('int_rule_terms') }}

),

inputs as (

    select
        varying_inputs.{{ keys | join(',\n        varying_inputs.') }},
        varying_inputs.signal_value,
        varying_inputs.age_days,
        varying_inputs.multiple,
        varying_inputs.valid_from
    from {{ to_rescore(ref('int_varying_rule_inputs')) }} as varying_inputs
    union all
    -- where the signal's value alone matters, its periods are the rule's
    select
        terms.terms_number,
        signal_timelines.entity_type,
        signal_timelines.entity_id,
        signal_timelines.signal_value,
        0 as age_days,
        0 as multiple,
        signal_timelines.valid_from
    from {{ to_rescore(ref('int_signal_timelines')) }} as signal_timelines
    inner join terms
        on
            signal_timelines.signal_id = terms.signal_id
            and signal_timelines.entity_type = terms.entity_type
    where terms.half_life_days is null and terms.min_value_of is null

),

measured as (

    select
        inputs.*,
        terms.points as rule_points,
        terms.max_awards,
        terms.half_life_days,
        case
            when terms.min_value_of is null then terms.min_value
            when inputs.multiple > 0 then terms.min_value * inputs.multiple
        end as minimum
    from inputs
    inner join terms
        on inputs.terms_number = terms.terms_number

),

awarded as (

    select
        *,
        {{ awards('signal_value', 'minimum', 'max_awards') | indent(4) }} as awards
    from measured

),

valued as (

    select
        *,
        {{ awarded_points('rule_points', 'awards', 'age_days', 'half_life_days') | indent(4) }}
            as points
    from awarded

),

compared as (

    select
        *,
        lag(awards, 1, 0) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as previous_awards,
        lag(points, 1, cast(0 as decimal(18, 2))) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as previous_points
    from valued

),

-- only changes are kept
changes as (

    select
        *,
        lead(valid_from) over (
            partition by {{ keys | join(', ') }} order by valid_from
        ) as valid_to
    from compared
    where awards <> previous_awards or points <> previous_points

)

select
    rules.definition_key,
    rules.rule_id,
    changes.entity_type,
    changes.entity_id,
    rules.signal_id,
    rules.effect,
    rules.requirement_group,
    changes.awards,
    changes.points,
    greatest(changes.valid_from, entities.first_active_on) as valid_from,
    changes.valid_to
from changes
inner join {{ ref('int_rule_terms') }} as rules
    on changes.terms_number = rules.terms_number
inner join {{ ref('int_entities') }} as entities
    on
        changes.entity_type = entities.entity_type
        and changes.entity_id = entities.entity_id
where
    (changes.valid_to is null or changes.valid_to > entities.first_active_on)
    -- what was awarded and ended before the entity's life begins it with nothing
    and (changes.awards <> 0 or changes.valid_from > entities.first_active_on)
