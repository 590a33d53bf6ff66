with

scores as (

    select
        version_scores.*,
        definitions.score_threshold,
        definitions.entity_type
    from {{ ref('int_version_scores') }} as version_scores
    inner join {{ ref('stg_config__definitions') }} as definitions
        on version_scores.definition_key = definitions.definition_key
    where definitions.status in ('live', 'challenger')

),

-- how somebody was won is known of a user or of its account, and does not change
acquisitions as (

    select
        entity_type,
        entity_id,
        min(lower(attribute_value)) as acquisition
    from {{ ref('stg_product__attributes') }}
    where attribute = 'acquisition'
    group by entity_type, entity_id

)

select
    scores.definition_id,
    scores.definition_key,
    dense_rank() over (
        partition by scores.definition_id order by scores.cluster_id
    ) as cluster_number,
    sizes.segment as size,
    industries.segment as industry,
    coalesce(acquisitions.acquisition, account_acquisitions.acquisition) as acquisition,
    scores.score_threshold,
    scores.version_value,
    scores.is_qualified,
    scores.is_converted,
    scores.period = 'test' as is_held_out,
    scores.observed_on
from scores
inner join {{ ref('int_known_entities') }} as entities
    on
        scores.entity_type = entities.entity_type
        and scores.entity_id = entities.entity_id
{%- for name, segment_type in {"sizes": "size", "industries": "industry"}.items() %}
left join {{ ref('int_segment_timelines') }} as {{ name }}
    on
        entities.account_id = {{ name }}.account_id
        and {{ name }}.segment_type = '{{ segment_type }}'
        and {{ is_valid_on(name, 'scores.observed_on') }}
{%- endfor %}
left join acquisitions
    on
        scores.entity_type = acquisitions.entity_type
        and scores.entity_id = acquisitions.entity_id
left join acquisitions as account_acquisitions
    on
        entities.account_id = account_acquisitions.entity_id
        and account_acquisitions.entity_type = 'account'
