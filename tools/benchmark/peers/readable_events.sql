-- What every peer in SQL begins with: the events that can be read. The files beside this one are
-- parts of one query, written for DuckDB and for nothing else. The variable raw names the folder of
-- raw tables, seeds that of the seeds.
readable_events as (

    select
        event_id,
        event_name,
        coalesce(user_id, anonymous_id) as actor_id,
        account_id,
        properties,
        occurred_at,
        coalesce(received_at, occurred_at) as received_at,
        cast(occurred_at as date) as event_date
    from read_parquet(getvariable('raw') || '/events/*.parquet')
    where
        event_name is not null
        and coalesce(user_id, anonymous_id, account_id) is not null
        and occurred_at >= timestamp '2000-01-01'
        and occurred_at <= coalesce(received_at, occurred_at) + interval 24 hours
        and (
            properties is null
            or case when json_valid(properties) then json_type(properties) = 'OBJECT' end
        )

)
