{#- Before any of these days is touched, they are taken off the manifest of what is counted: if the
    build is stopped, whatever of them was written by then, the next one begins with them. -#}
{{ config(post_hook=[
    "{{ remove_from_manifest('int_counting_manifest', ['event_date']) }}",
    "{{ mark_as_due('int_counting_manifest', ['event_date']) }}",
]) }}
{%- set forgotten_names = ref("stg_product__forgotten_names") -%}
{%- set first_day = first_scanned_day() -%}
{%- set manifest = existing_relation("int_counting_manifest") -%}
{%- set counts = existing_relation("int_signal_counts") -%}
{%- set rejects = existing_relation("int_event_rejects") -%}
{%- set is_whole = flags.FULL_REFRESH or not counts or not rejects %}

with

-- what raw holds, less what was counted: nothing is left of a day that is as it was
compared_days as (

    select
        event_date,
        row_count,
        times_hash,
        0 as is_due
    from {{ ref('int_raw_event_day_stats') }}
    {%- if manifest %}
    union all
    select
        manifest.event_date,
        -manifest.row_count as row_count,
        -manifest.times_hash as times_hash,
        case
            when manifest.fingerprint = counting_fingerprint.fingerprint
                then {{ 1 if is_whole else 0 }}
            else 1
        end as is_due
    from {{ manifest }} as manifest
    cross join {{ ref('int_counting_fingerprint') }} as counting_fingerprint
    {%- if first_day %}
    where
        manifest.event_date >= cast('{{ first_day }}' as date)
        or manifest.fingerprint is null
    {%- endif %}
    {%- endif %}
    {%- if counts %}
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
group by event_date
having
    sum(row_count) <> 0
    or sum(times_hash) <> 0
    or max(is_due) = 1
