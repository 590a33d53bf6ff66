with

-- the rows that were read, by day
read_counts as (

    select
        nullif(event_date, {{ no_date() }}) as event_date,
        row_count - forgotten_count as raw_count,
        forgotten_count
    from {{ ref('int_counting_manifest') }}

),

set_aside_counts as (

    select
        event_date,
        sum(case when status = 'duplicate' then 1 else 0 end) as duplicate_count,
        sum(case when status = 'rejected' then 1 else 0 end) as rejected_count
    from {{ ref('event_rejects') }}
    group by event_date

),

accepted_counts as (

    select
        activity_date as event_date,
        sum(row_count) as accepted_count
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity'
    group by activity_date

),

counts as (

    select
        event_date,
        raw_count,
        0 as accepted_count,
        0 as duplicate_count,
        0 as rejected_count,
        forgotten_count
    from read_counts
    union all
    select
        event_date,
        0 as raw_count,
        0 as accepted_count,
        duplicate_count,
        rejected_count,
        0 as forgotten_count
    from set_aside_counts
    union all
    select
        event_date,
        0 as raw_count,
        accepted_count,
        0 as duplicate_count,
        0 as rejected_count,
        0 as forgotten_count
    from accepted_counts

)

select
    event_date,
    cast(sum(raw_count) as {{ dbt.type_bigint() }}) as raw_count,
    cast(sum(accepted_count) as {{ dbt.type_bigint() }}) as accepted_count,
    cast(sum(duplicate_count) as {{ dbt.type_bigint() }}) as duplicate_count,
    cast(sum(rejected_count) as {{ dbt.type_bigint() }}) as rejected_count,
    cast(sum(forgotten_count) as {{ dbt.type_bigint() }}) as forgotten_count
from counts
group by event_date
