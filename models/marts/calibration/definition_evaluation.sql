{%- set rates = ["auc", "recall_at_20", "precision_at_threshold"] -%}

with

evaluations as (

    select * from {{ ref('int_definition_evaluation') }}

),

evaluated_definitions as (

    select * from {{ ref('int_evaluated_definitions') }}

),

test_observations as (

    select
        definition_id,
        sum(case when is_converted and is_eligible then 1 else 0 end)
        * 1.0
        / nullif(sum(case when is_converted then 1 else 0 end), 0) as eligible_share,
        min(observed_on) as test_from,
        max(observed_on) as test_to
    from {{ ref('int_observations') }}
    where period = 'test'
    group by definition_id

),

-- who paid on its first day: nothing was there to foresee it by
set_aside as (

    select
        evaluated_definitions.definition_id,
        count(distinct outcomes.entity_id) as set_aside_count
    from evaluated_definitions
    inner join {{ ref('int_outcomes') }} as outcomes
        on evaluated_definitions.definition_key = outcomes.definition_key
    inner join {{ ref('int_entities') }} as entities
        on
            outcomes.entity_type = entities.entity_type
            and outcomes.entity_id = entities.entity_id
            and outcomes.outcome_on <= entities.observable_from
    group by evaluated_definitions.definition_id

),

known_early as (

    select
        entity_type,
        count(*) as known_early_count
    from {{ ref('int_entities') }}
    where first_active_on < observable_from
    group by entity_type

),

-- of these only today's value is known
dated_attributes as (

    select distinct
        entity_type,
        attribute
    from {{ ref('int_attribute_timelines') }}
    where valid_from > {{ always() }}

),

asked_attributes as (

    select distinct
        fit_rules.definition_key,
        fit_rules.attribute
    from {{ ref('stg_config__fit_rules') }} as fit_rules
    inner join {{ ref('stg_config__definitions') }} as definitions
        on fit_rules.definition_key = definitions.definition_key
    left join dated_attributes
        on
            definitions.entity_type = dated_attributes.entity_type
            and fit_rules.attribute = dated_attributes.attribute
    where dated_attributes.attribute is null

),

undated_attributes as (

    select
        definition_key,
        {{ dbt.listagg('attribute', "'|'", 'order by attribute') }} as undated_attributes
    from asked_attributes
    group by definition_key

)

select
    evaluations.definition_id,
    evaluations.contender,
    evaluations.contender_type,
    cast(evaluations.observation_count as {{ dbt.type_bigint() }}) as observation_count,
    cast(evaluations.converted_count as {{ dbt.type_bigint() }}) as converted_count,
    cast(evaluations.cluster_count as {{ dbt.type_bigint() }}) as cluster_count,
    cast(evaluations.converted_cluster_count as {{ dbt.type_bigint() }}) as converted_cluster_count,
    cast(evaluations.qualified_count as {{ dbt.type_bigint() }}) as qualified_count,
    cast(coalesce(set_aside.set_aside_count, 0) as {{ dbt.type_bigint() }}) as set_aside_count,
    cast(coalesce(known_early.known_early_count, 0) as {{ dbt.type_bigint() }})
        as known_early_count,
    cast(test_observations.eligible_share as decimal(18, 4)) as eligible_share,
    cast(evaluations.base_rate as decimal(18, 4)) as base_rate,
    {%- for name in rates + ["lift_at_10"] %}
    {%- for end in ["", "_low", "_high"] %}
    cast(evaluations.{{ name }}{{ end }} as decimal(18, 4)) as {{ name }}{{ end }},
    {%- endfor %}
    {%- endfor %}
    {%- for band in range(1, 6) %}
    cast(evaluations.conversion_rate_band_{{ band }} as decimal(18, 4))
        as conversion_rate_band_{{ band }},
    {%- endfor %}
    evaluations.strongest_baseline,
    cast(evaluations.auc_gain as decimal(18, 4)) as auc_gain,
    cast(evaluations.auc_gain_low as decimal(18, 4)) as auc_gain_low,
    undated_attributes.undated_attributes,
    evaluations.verdict,
    test_observations.test_from,
    test_observations.test_to
from evaluations
inner join evaluated_definitions
    on evaluations.definition_id = evaluated_definitions.definition_id
left join test_observations
    on evaluations.definition_id = test_observations.definition_id
left join set_aside
    on evaluations.definition_id = set_aside.definition_id
left join known_early
    on evaluated_definitions.entity_type = known_early.entity_type
left join undated_attributes
    on
        case evaluations.contender_type
            when 'version' then evaluations.contender
            else evaluated_definitions.definition_key
        end
        = undated_attributes.definition_key
        and evaluations.contender_type <> 'baseline'
