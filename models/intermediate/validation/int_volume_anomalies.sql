{#- A week is the seven days up to the as-of date, and those before it. Few counts vary by chance as
    much as the root of their mean, whatever the weeks before say. -#}
{%- set week_count = 8 -%}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- weeks before there was any data say nothing
long_histories as (

    select as_of.as_of_date
    from as_of
    cross join {{ ref('int_entities') }} as entities
    group by as_of.as_of_date
    having
        min(entities.first_active_on)
        <= {{ add_days('as_of.as_of_date', 1 - 7 * (week_count + 1)) }}

),

qualifications as (

    select
        definitions.definition_id,
        cast(
            floor(
                {{ dbt.datediff(
                    'qualification_change_reasons.changed_on', 'long_histories.as_of_date', 'day'
                ) }}
                / 7.0
            ) as {{ dbt.type_int() }}
        ) as weeks_ago
    from {{ ref('int_qualification_change_reasons') }} as qualification_change_reasons
    inner join {{ ref('stg_config__definitions') }} as definitions
        on qualification_change_reasons.definition_key = definitions.definition_key
    inner join long_histories
        on qualification_change_reasons.changed_on <= long_histories.as_of_date
    where definitions.status = 'live' and qualification_change_reasons.is_qualified

),

weekly_counts as (

    select
        definition_id,
        weeks_ago,
        count(*) as new_count
    from qualifications
    where weeks_ago <= {{ week_count }}
    group by definition_id, weeks_ago

),

-- a week without any adds nothing to either sum
volumes as (

    select
        definition_id,
        sum(case when weeks_ago = 0 then new_count else 0 end) as new_count,
        sum(case when weeks_ago > 0 then new_count else 0 end) / {{ week_count }}.0
            as usual_count,
        sum(case when weeks_ago > 0 then new_count * new_count else 0 end) / {{ week_count }}.0
            as usual_square
    from weekly_counts
    group by definition_id

)

select
    definition_id,
    new_count,
    cast(usual_count as decimal(18, 1)) as usual_count
from volumes
where
    abs(new_count - usual_count) >= 5
    and abs(new_count - usual_count)
    > 3 * sqrt(greatest(usual_square - usual_count * usual_count, usual_count))
