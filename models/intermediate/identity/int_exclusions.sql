with

overrides as (

    select
        overrides.entity_type,
        overrides.reason,
        coalesce(identity_links.to_id, overrides.entity_id) as entity_id
    from {{ ref('stg_config__overrides') }} as overrides
    cross join {{ ref('int_as_of') }} as as_of
    left join {{ ref('int_identity_links') }} as identity_links
        on
            overrides.entity_type = identity_links.entity_type
            and overrides.entity_id = identity_links.from_id
    where
        overrides.effect = 'exclude'
        and (overrides.until_date is null or overrides.until_date >= as_of.watermark_date)

)

select
    entity_type,
    entity_id,
    'excluded by hand: ' || coalesce(min(reason), 'no reason given') as reason
from overrides
group by entity_type, entity_id
