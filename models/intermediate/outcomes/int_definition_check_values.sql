{#- Periods of the same lead within so many days, as the published check has it. -#}
{%- set recent_days = 90 -%}
{%- set columns = [
    "definition_key", "check_id", "numerator", "denominator", "sample_size", "check_value",
    "value_lower", "value_upper"
] %}

with

leads as (

    select * from {{ ref('int_reviewed_leads') }}

),

recent_entities as (

    select
        leads.definition_key,
        leads.entity_id,
        count(*) as start_count
    from leads
    inner join {{ ref('int_as_of') }} as as_of
        on leads.qualified_on > {{ add_days('as_of.as_of_date', -recent_days) }}
    where leads.lead_source = 'pql'
    group by leads.definition_key, leads.entity_id

),

flips as (

    select
        definition_key,
        'flips' as check_id,
        sum(start_count) as numerator,
        count(*) as denominator,
        count(*) as sample_size,
        -- no avg(): of decimals some engines round it
        sum(start_count) * 1.0 / count(*) as check_value,
        sum(start_count) * 1.0 / count(*)
        - 1.96 * stddev_samp(start_count) / sqrt(count(*)) as value_lower,
        sum(start_count) * 1.0 / count(*)
        + 1.96 * stddev_samp(start_count) / sqrt(count(*)) as value_upper
    from recent_entities
    group by definition_key

),

drifts as (

    select
        definition_key,
        'drift' as check_id,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        converted_cluster_count as sample_size,
        auc_change as check_value,
        auc_change_low as value_lower,
        auc_change_high as value_upper
    from {{ ref('int_evaluation_parts') }}
    where part_type = 'drift'

),

check_values as (

    select
        {{ columns | join(',\n        ') }}
    from {{ ref('int_review_shares') }}
    union all
    select * from {{ ref('int_review_times_to_close') }}
    union all
    select * from {{ ref('int_review_growth') }}
    union all
    select * from flips
    union all
    select * from drifts

),

reason_counts as (

    select
        definition_key,
        coalesce(response_reason, 'no reason given')
        || ' (' || cast(count(*) as {{ dbt.type_string() }}) || ')' as reason,
        count(*) as reason_count
    from leads
    where response_status = 'rejected'
    group by definition_key, coalesce(response_reason, 'no reason given')

),

details as (

    select
        definition_key,
        'rejections' as check_id,
        {{ dbt.listagg('reason', "', '", 'order by reason_count desc, reason') }} as detail
    from reason_counts
    group by definition_key
    union all
    select
        definition_key,
        check_id,
        'Set aside: ' || cast(set_aside_count as {{ dbt.type_string() }})
        || ' who paid by the day of sign-up or first event.' as detail
    from {{ ref('int_review_shares') }}
    where set_aside_count > 0
    union all
    select
        definition_key,
        'drift' as check_id,
        'Since ' || changed_since || '.' as detail
    from {{ ref('int_evaluation_parts') }}
    where part_type = 'drift' and verdict = 'drifted'

)

select
    check_values.definition_key,
    check_values.check_id,
    details.detail,
    cast(check_values.sample_size as {{ dbt.type_int() }}) as sample_size,
    cast(check_values.numerator as decimal(18, 4)) as numerator,
    cast(check_values.denominator as decimal(18, 4)) as denominator,
    cast(check_values.check_value as decimal(18, 4)) as check_value,
    cast(check_values.value_lower as decimal(18, 4)) as value_lower,
    cast(check_values.value_upper as decimal(18, 4)) as value_upper
from check_values
left join details
    on
        check_values.definition_key = details.definition_key
        and check_values.check_id = details.check_id
