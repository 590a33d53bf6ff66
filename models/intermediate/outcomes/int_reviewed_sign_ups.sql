{{ config(materialized='view') }}

select
    definitions.definition_key,
    sign_ups.entity_type,
    sign_ups.entity_id,
    sign_ups.is_window_over,
    sign_ups.signed_up_on,
    sign_ups.window_ends_on,
    lead_starts.qualified_on
from {{ ref('int_sign_ups') }} as sign_ups
inner join {{ ref('int_as_of') }} as as_of
    on sign_ups.signed_up_on > {{ add_days('as_of.as_of_date', -var('review_days')) }}
inner join {{ ref('stg_config__definitions') }} as definitions
    on
        sign_ups.entity_type = definitions.entity_type
        and {{ is_in_list('sign_ups.stage', 'definitions.audience') }}
left join {{ ref('int_lead_starts') }} as lead_starts
    on
        definitions.definition_key = lead_starts.definition_key
        and sign_ups.entity_id = lead_starts.entity_id
        and lead_starts.lead_source = 'pql'
        and lead_starts.lead_number = 1
where definitions.status in ('live', 'challenger')
