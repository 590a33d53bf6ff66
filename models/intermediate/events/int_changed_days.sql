{#- A list that lasts until its days are counted. A build that was stopped in between may have
    written their rejects and not their counts: they stay on it, whatever raw holds by now. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    full_refresh=false,
) }}
{%- set forgotten_names = ref("stg_product__forgotten_names") -%}
{%- set first_day = first_scanned_day() -%}
{%- set counts = remembered("int_signal_counts") -%}
{%- set rejects = remembered("int_event_rejects") -%}

with

-- what raw holds, less what was counted: nothing is left of a day that is as it was
compared_days as (

    select
        event_date,
        row_count,
        times_hash,
        0 as is_due
    from {{ ref('int_raw_days') }}
    {%- if counts %}
    union all
    select
        counts.activity_date as event_date,
        -counts.row_count as row_count,
        -counts.value_sum as times_hash,
        case
            when counts.item = way_of_counting.fingerprint
                then {{ 1 if flags.FULL_REFRESH or not rejects else 0 }}
            else 1
        end as is_due
    from {{ counts }} as counts
    cross join {{ ref('int_way_of_counting') }} as way_of_counting
    where
        counts.signal_id = '@day'
        {%- if first_day %}
        and counts.activity_date >= cast('{{ first_day }}' as date)
        {%- endif %}
    union all
    select
        counts.activity_date as event_date,
        0 as row_count,
        0 as times_hash,
        1 as is_due
    from {{ counts }} as counts
    inner join {{ forgotten_names }} as forgotten_names
        on counts.actor_id = forgotten_names.name
    {%- endif %}
    {%- for names_somebody in [
        "rejects.user_id = forgotten_names.name",
        "rejects.anonymous_id = forgotten_names.name",
        dbt.position("lower(forgotten_names.name)", "lower(rejects.properties)") ~ " > 0",
    ] if rejects %}
    union all
    select
        rejects.counted_on as event_date,
        0 as row_count,
        0 as times_hash,
        1 as is_due
    from {{ rejects }} as rejects
    inner join {{ forgotten_names }} as forgotten_names
        on {{ names_somebody }}
    {%- endfor %}

)

select event_date
from compared_days
{%- if is_incremental() %}
where event_date not in (select left_over.event_date from {{ this }} as left_over)
{%- endif %}
group by event_date
having
    sum(row_count) <> 0
    or sum(times_hash) <> 0
    or max(is_due) = 1
