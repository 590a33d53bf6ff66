with

identities as (

    select
        from_id,
        to_user_id,
        {{ try_timestamp('linked_at') }} as linked_at
    from {{ source_rows('mixpanel', 'identities') }} as identities
    union all
    select
        from_id,
        to_user_id,
        {{ try_timestamp('linked_at') }} as linked_at
    from {{ source_rows('mixpanel', 'identify_calls') }} as identify_calls
    union all
    -- as Mixpanel calls whoever is on a device, until it knows
    select
        '$device:' || device_id as from_id,
        user_id as to_user_id,
        {{ try_timestamp('occurred_at') }} as linked_at
    from {{ source_rows('mixpanel', 'events') }} as events

)

select
    from_id,
    to_user_id,
    max(linked_at) as linked_at
from identities
where from_id <> to_user_id
group by from_id, to_user_id
