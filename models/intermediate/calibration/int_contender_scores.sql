{#- Values only rank: who raised a hand comes first, as in int_version_scores. -#}
{%- set first = "1000000000" -%}

with

-- held-out observations of those whom the definition is for
observations as (

    select
        *,
        row_number() over (
            partition by definition_id order by cluster_id, entity_id, observed_on
        ) as observation_number,
        dense_rank() over (partition by definition_id order by cluster_id) as cluster_number,
        row_number() over (
            partition by definition_id
            order by {{ dbt.hash("entity_id || cast(observed_on as " ~ dbt.type_string() ~ ")") }}
        ) as random_number,
        percent_rank() over (
            partition by definition_id, {{ age_band('age_days') | indent(8) }}
            order by -least(idle_days, age_days)
        ) as rank_at_age
    from {{ ref('int_observations') }}
    where period = 'test' and is_eligible

),

contenders as (

    select
        observations.definition_id,
        observations.observation_number,
        version_scores.definition_key as contender,
        'version' as contender_type,
        version_scores.version_value as contender_value,
        version_scores.is_qualified
    from observations
    inner join {{ ref('int_version_scores') }} as version_scores
        on
            observations.definition_id = version_scores.definition_id
            and observations.entity_id = version_scores.entity_id
            and observations.observed_on = version_scores.observed_on
    union all
    select
        observations.definition_id,
        observations.observation_number,
        suggestion_scores.contender,
        'suggestion' as contender_type,
        case
            when suggestion_scores.is_hand_raised then {{ first }}
            else suggestion_scores.score
        end as contender_value,
        suggestion_scores.is_qualified
    from observations
    inner join {{ ref('int_suggestion_scores') }} as suggestion_scores
        on
            observations.definition_id = suggestion_scores.definition_id
            and observations.entity_id = suggestion_scores.entity_id
            and observations.observed_on = suggestion_scores.observed_on
    {%- for name, value in {
        "random": "random_number",
        "newest_sign_up": "-age_days",
        "last_active": "-least(idle_days, age_days)",
        "last_active_at_age": "rank_at_age",
        "most_active": "events_30d",
    }.items() %}
    union all
    select
        definition_id,
        observation_number,
        '{{ name }}' as contender,
        'baseline' as contender_type,
        {{ value }} as contender_value,
        cast(null as boolean) as is_qualified
    from observations
    {%- endfor %}

)

select
    contenders.definition_id,
    contenders.contender,
    contenders.contender_type,
    contenders.observation_number,
    observations.entity_type,
    observations.entity_id,
    observations.cluster_number,
    contenders.contender_value,
    contenders.is_qualified,
    observations.is_converted,
    observations.observed_on
from contenders
inner join observations
    on
        contenders.definition_id = observations.definition_id
        and contenders.observation_number = observations.observation_number
