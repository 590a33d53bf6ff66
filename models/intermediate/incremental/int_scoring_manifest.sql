{#- Comes after all timelines: an entity stands here as scored only when all of them are done. It
    outlasts a full refresh, which may be of a part: who is gone is known from here alone. -#}
{{ config(full_refresh=false, **incremental_by_entity()) }}
-- depends_on: {{ ref('int_qualification_change_reasons') }}, {{ ref('int_score_history') }}

select
    entity_type,
    entity_id,
    fingerprint
from {{ ref('int_entities_to_rescore') }}
where fingerprint is not null
