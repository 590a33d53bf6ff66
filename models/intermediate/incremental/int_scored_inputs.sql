{#- Comes after all timelines and outlasts a full refresh, as int_scoring_manifest does. -#}
{{ config(
    full_refresh=false,
    **continued_by_entity(['entity_type', 'entity_id'], starts='input_date', ends=none)
) }}
-- depends_on: {{ ref('int_qualification_change_reasons') }}, {{ ref('int_score_history') }}

select
    scoring_inputs.entity_type,
    scoring_inputs.entity_id,
    scoring_inputs.input_hash,
    scoring_inputs.input_date
from {{ to_rescore(ref('int_scoring_inputs'), ends='input_date') }} as scoring_inputs
