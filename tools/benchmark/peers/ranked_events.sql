-- the plain way to take each event once
events as (

    select
        event_name,
        actor_id,
        account_id,
        properties,
        event_date,
        occurred_at,
        received_at
    from readable_events
    qualify row_number() over (partition by event_id, event_date order by received_at) = 1

)
