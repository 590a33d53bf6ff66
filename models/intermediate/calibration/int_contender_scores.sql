{#- Values only rank: a version puts whom it cannot take last, and who raised a hand first. -#}
{%- set last = "-1000000000" -%}
{%- set first = "1000000000" -%}
{%- set leads_first = "1000000" -%}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}

),

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
        ) as random_number
    from {{ ref('int_observations') }}
    where period = 'test' and is_eligible

),

rule_scores as (

    select
        observations.definition_id,
        observations.observation_number,
        observations.is_hand_raised,
        suggested_points.contender,
        suggested_points.score_threshold,
        sum(
            case
                when
                    case
                        when suggested_points.window_days is null then observed_values.value_ever
                        when suggested_points.window_days = signals.window_days
                            then observed_values.signal_value
                        {%- for days in var('calibration_windows') %}
                        when suggested_points.window_days = {{ days }}
                            then observed_values.value_{{ days }}d
                        {%- endfor %}
                    end >= suggested_points.min_value
                    then suggested_points.points
                else 0
            end
        ) as score
    from observations
    inner join {{ ref('int_suggested_points') }} as suggested_points
        on observations.definition_id = suggested_points.definition_id
    left join {{ ref('int_observed_values') }} as observed_values
        on
            observations.entity_type = observed_values.entity_type
            and observations.entity_id = observed_values.entity_id
            and observations.observed_on = observed_values.observed_on
            and suggested_points.signal_id = observed_values.signal_id
    left join {{ ref('stg_config__signals') }} as signals
        on suggested_points.signal_id = signals.signal_id
    group by
        observations.definition_id,
        observations.observation_number,
        observations.is_hand_raised,
        suggested_points.contender,
        suggested_points.score_threshold

),

contenders as (

    select
        observations.definition_id,
        observations.observation_number,
        definitions.definition_key as contender,
        'version' as contender_type,
        case
            when
                not timelines.is_eligible
                or observations.idle_days >= definitions.active_within_days
                then {{ last }}
            when timelines.is_hand_raised then {{ first }}
            -- without a threshold it is not the score that makes a lead
            when definitions.score_threshold is null and timelines.is_qualified
                then timelines.score + {{ leads_first }}
            else timelines.score
        end as contender_value,
        timelines.is_qualified
    from observations
    inner join definitions
        on observations.definition_id = definitions.definition_id
    inner join {{ ref('int_qualification_timelines') }} as timelines
        on
            definitions.definition_key = timelines.definition_key
            and observations.entity_id = timelines.entity_id
            and {{ is_valid_on('timelines', 'observations.observed_on') }}
    where definitions.entity_type = observations.entity_type
    union all
    select
        definition_id,
        observation_number,
        contender,
        'suggestion' as contender_type,
        case when is_hand_raised then {{ first }} else score end as contender_value,
        is_hand_raised or score >= score_threshold as is_qualified
    from rule_scores
    {%- for name, value in {
        "random": "random_number",
        "newest_sign_up": "-age_days",
        "last_active": "-least(idle_days, age_days)",
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
