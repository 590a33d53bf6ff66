{#- Comes after all timelines: an entity stands here as scored only when all of them are done. It
    outlasts a full refresh, which may be of a part: who is gone is known from here alone. -#}
{{ config(
    full_refresh=false,
    **incremental_by_list(
        'int_entities_to_rescore', 'int_scoring_manifest', ['entity_type', 'entity_id']
    )
) }}
-- depends_on: {{ ref('int_scored_inputs') }}

select
    entity_type,
    entity_id,
    fingerprint
from {{ ref('int_entities_to_rescore') }}
where fingerprint is not null
