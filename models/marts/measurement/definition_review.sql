with

definitions as (

    select * from {{ ref('stg_config__definitions') }}
    where status in ('live', 'challenger')

),

checks as (

    select * from {{ ref('int_review_checks') }}

),

benchmarks as (

    select
        check_id,
        position,
        verdict,
        advice,
        {{ try_decimal('lower') }} as range_lower,
        {{ try_decimal('upper') }} as range_upper
    from {{ ref('benchmarks') }}

),

-- what is fine, from the lowest to the highest value
fine_ranges as (

    select
        check_id,
        min(range_lower) as benchmark_lower,
        case when count(*) = count(range_upper) then max(range_upper) end as benchmark_upper
    from benchmarks
    where verdict = 'ok'
    group by check_id

),

asked as (

    select
        definitions.*,
        checks.check_id,
        checks.check_number,
        checks.check_name,
        checks.unit,
        checks.sample_name,
        checks.source,
        checks.min_sample,
        checks.lacking_table,
        coalesce(definition_check_values.sample_size, 0) as sample_size,
        definition_check_values.detail,
        definition_check_values.numerator,
        definition_check_values.denominator,
        definition_check_values.check_value,
        definition_check_values.value_lower,
        definition_check_values.value_upper,
        case
            when checks.judged_by = 'upper' then definition_check_values.value_upper
            else definition_check_values.check_value
        end as judged_value,
        definition_check_values.check_value is not null
        and definition_check_values.sample_size >= checks.min_sample as is_enough
    from definitions
    inner join checks
        on coalesce(checks.outcome_type, definitions.outcome_type) = definitions.outcome_type
    left join {{ ref('int_definition_check_values') }} as definition_check_values
        on
            definitions.definition_key = definition_check_values.definition_key
            and checks.check_id = definition_check_values.check_id
            -- without its table a check measures nothing
            and checks.lacking_table is null

)

select
    asked.definition_id,
    asked.definition_version,
    asked.status,
    asked.entity_type,
    asked.outcome_type,
    asked.check_id,
    asked.check_name,
    asked.unit,
    case when asked.is_enough then benchmarks.position end as position,
    case when asked.is_enough then benchmarks.verdict else 'not_enough_data' end as verdict,
    case
        when asked.is_enough then benchmarks.advice
        when asked.lacking_table is not null
            then 'Cannot be told: ' || asked.lacking_table || ' is missing, or has no row.'
        else
            'Too early to tell: it takes '
            || cast(
                cast(greatest(asked.min_sample - asked.sample_size, 1) as {{ dbt.type_int() }})
                as {{ dbt.type_string() }}
            )
            || ' more (' || asked.sample_name || ').'
    end as advice,
    asked.detail,
    asked.source as benchmark_source,
    asked.check_number,
    asked.numerator,
    asked.denominator,
    asked.check_value,
    asked.value_lower,
    asked.value_upper,
    cast(fine_ranges.benchmark_lower as decimal(18, 4)) as benchmark_lower,
    cast(fine_ranges.benchmark_upper as decimal(18, 4)) as benchmark_upper,
    asked.sample_size,
    cast(
        case when asked.is_enough then 0 else greatest(asked.min_sample - asked.sample_size, 1) end
        as {{ dbt.type_int() }}
    ) as more_needed,
    case
        when asked.is_enough
            then
                asked.value_lower >= benchmarks.range_lower
                and (
                    benchmarks.range_upper is null
                    or asked.value_upper < benchmarks.range_upper
                )
    end as is_clear,
    as_of.as_of_date
from asked
cross join {{ ref('int_as_of') }} as as_of
inner join fine_ranges
    on asked.check_id = fine_ranges.check_id
left join benchmarks
    on
        asked.check_id = benchmarks.check_id
        and asked.judged_value >= benchmarks.range_lower
        and (
            benchmarks.range_upper is null
            or asked.judged_value < benchmarks.range_upper
        )
