{#- Values only rank: a version puts whom it cannot take last, and who raised a hand first. -#}
{%- set last = "-1000000000" -%}
{%- set first = "1000000000" -%}
{%- set leads_first = "1000000" -%}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}

),

-- of those whom the definition is for
observations as (

    select * from {{ ref('int_observations') }}
    where is_eligible

)

select
    observations.definition_id,
    definitions.definition_key,
    observations.entity_id,
    observations.cluster_id,
    observations.period,
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
    end as version_value,
    timelines.is_qualified,
    observations.is_converted,
    observations.observed_on
from observations
inner join definitions
    on
        observations.definition_id = definitions.definition_id
        and observations.entity_type = definitions.entity_type
inner join {{ ref('int_qualification_timelines') }} as timelines
    on
        definitions.definition_key = timelines.definition_key
        and observations.entity_id = timelines.entity_id
        and {{ is_valid_on('timelines', 'observations.observed_on') }}
