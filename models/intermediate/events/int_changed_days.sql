{#- The days to count anew: those that raw holds otherwise than when they were last counted, those
    that still hold somebody who is to be forgotten, and all days if they were counted in another way,
    or on a full refresh. What was counted is read from the table of counts, where each day has a row
    of its own: so the two never disagree, wherever a build was killed. -#}
{%- set forgotten_names = ref("stg_product__forgotten_names") -%}
{%- set counts = adapter.get_relation(this.database, this.schema, "int_signal_counts")
    if execute else none -%}
{%- set rejects = adapter.get_relation(this.database, this.schema, "int_event_rejects")
    if execute else none -%}

with

raw_days as (

    select
        raw_days.event_date,
        raw_days.row_count,
        raw_days.latest_received_at,
        way_of_counting.fingerprint
    from {{ ref('int_raw_days') }} as raw_days
    cross join {{ ref('int_way_of_counting') }} as way_of_counting

),

counted_days as (

    {% if counts -%}
    select
        activity_date as event_date,
        row_count,
        latest_received_at,
        item as fingerprint
    from {{ counts }}
    where signal_id = '@day'
    {%- else -%}
    select * from raw_days
    where 1 = 0
    {%- endif %}

),

named_days as (

    {% if counts -%}
    select counts.activity_date as event_date
    from {{ counts }} as counts
    inner join {{ forgotten_names }} as forgotten_names
        on counts.actor_id = forgotten_names.name
    union
    {% endif -%}
    {% if rejects -%}
    {% for column in ("user_id", "anonymous_id") -%}
    select rejects.counted_on as event_date
    from {{ rejects }} as rejects
    inner join {{ forgotten_names }} as forgotten_names
        on rejects.{{ column }} = forgotten_names.name
    union
    {% endfor -%}
    select rejects.counted_on as event_date
    from {{ rejects }} as rejects
    inner join {{ forgotten_names }} as forgotten_names
        on {{ dbt.position('forgotten_names.name', 'rejects.properties') }} > 0
    union
    {% endif -%}
    select event_date from raw_days
    where 1 = 0

),

compared_days as (

    select
        coalesce(raw_days.event_date, counted_days.event_date) as event_date,
        coalesce(raw_days.row_count, 0) as row_count,
        coalesce(raw_days.fingerprint, counted_days.fingerprint) as fingerprint,
        raw_days.latest_received_at,
        coalesce(raw_days.row_count, 0) <> coalesce(counted_days.row_count, -1)
        or raw_days.latest_received_at <> counted_days.latest_received_at
        or (raw_days.latest_received_at is null) <> (counted_days.latest_received_at is null)
        or raw_days.fingerprint <> counted_days.fingerprint
        or named_days.event_date is not null
        or {{ flags.FULL_REFRESH | lower }} as is_changed
    from raw_days
    full outer join counted_days
        on raw_days.event_date = counted_days.event_date
    left join named_days
        on counted_days.event_date = named_days.event_date

)

select
    event_date,
    row_count,
    fingerprint,
    latest_received_at
from compared_days
where is_changed
