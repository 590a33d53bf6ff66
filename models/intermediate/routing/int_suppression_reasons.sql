{{ config(materialized='view') }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

)

-- tables that know the future: who signs up later is no lead yet
select
    known_entities.entity_type,
    known_entities.entity_id,
    'unborn' as reason_type,
    'created on ' || cast(known_entities.signed_up_on as {{ dbt.type_string() }})
    || ', after the last day counted' as reason
from {{ ref('int_known_entities') }} as known_entities
inner join as_of
    on known_entities.signed_up_on > as_of.as_of_date

union all

select
    overrides.entity_type,
    coalesce(identity_links.to_id, overrides.entity_id) as entity_id,
    'override' as reason_type,
    'set aside by hand'
    || coalesce(' until ' || cast(overrides.until_date as {{ dbt.type_string() }}), '')
    || coalesce(': ' || overrides.reason, '') as reason
from {{ ref('stg_config__overrides') }} as overrides
cross join as_of
left join {{ ref('int_identity_links') }} as identity_links
    on
        overrides.entity_type = identity_links.entity_type
        and overrides.entity_id = identity_links.from_id
where
    overrides.effect = 'suppress'
    and (overrides.until_date is null or overrides.until_date >= as_of.as_of_date)

union all

select
    opportunities.entity_type,
    opportunities.entity_id,
    'opportunity' as reason_type,
    'open opportunity'
    || coalesce(' since ' || cast(opportunities.created_on as {{ dbt.type_string() }}), '')
    || ' (' || opportunities.opportunity_id || ')' as reason
from {{ ref('int_entity_opportunities') }} as opportunities
cross join as_of
where
    (opportunities.created_on is null or opportunities.created_on <= as_of.as_of_date)
    -- one of which nobody says whether it is closed may be open
    and (
        not coalesce(opportunities.is_closed, false)
        or opportunities.closed_on > as_of.as_of_date
    )

union all

select
    entity_type,
    entity_id,
    case
        when status = 'rejected' then 'rejected'
        when status in ('accepted', 'working') then 'working'
        else 'snoozed'
    end as reason_type,
    reason
from {{ ref('int_active_responses') }}

union all

select
    entity_type,
    entity_id,
    'opt_out' as reason_type,
    case entity_type
        when 'user' then 'has opted out of mail'
        else 'everybody known there has opted out of mail'
    end as reason
from {{ ref('int_entity_contacts') }}
where is_opted_out
