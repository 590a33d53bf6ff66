{{ config(materialized='view') }}

with

definitions as (

    select * from {{ ref('stg_config__definitions') }}

)

select
    definition_rules.signal_id,
    definitions.entity_type
from {{ ref('stg_config__definition_rules') }} as definition_rules
inner join definitions
    on definition_rules.definition_key = definitions.definition_key
{{ union_distinct() }}
select
    routing_rules.requires_signal_id as signal_id,
    definitions.entity_type
from {{ ref('stg_config__routing_rules') }} as routing_rules
inner join definitions
    on routing_rules.definition_id in (definitions.definition_id, '*')
where routing_rules.requires_signal_id is not null
{{ union_distinct() }}
select
    'any_activity' as signal_id,
    'user' as entity_type
{{ union_distinct() }}
select
    'any_activity' as signal_id,
    'account' as entity_type
