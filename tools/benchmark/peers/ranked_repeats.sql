-- Each event once, in the better form: only those are ranked whose id comes more than once. An id
-- of the same hash as another is ranked in vain, and nothing else.
repeated_hashes as (

    select hash(event_id) as id_hash
    from readable_events
    group by hash(event_id)
    having count(*) > 1

),

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
    where hash(event_id) not in (select id_hash from repeated_hashes)
    union all
    select
        event_name,
        actor_id,
        account_id,
        properties,
        event_date,
        occurred_at,
        received_at
    from readable_events
    where hash(event_id) in (select id_hash from repeated_hashes)
    qualify row_number() over (partition by event_id, event_date order by received_at) = 1

)
