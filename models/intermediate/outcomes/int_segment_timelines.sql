with

attribute_timelines as (

    select * from {{ ref('int_attribute_timelines') }}
    where entity_type = 'account' and item = ''

),

company_sizes as (

    select
        company_size,
        {{ try_decimal('min_employees') }} as min_employees,
        {{ try_decimal('max_employees') }} as max_employees
    from {{ ref('company_sizes') }}

),

employee_counts as (

    select
        *,
        {{ try_decimal('attribute_value') }} as employee_count
    from attribute_timelines
    where attribute = 'employee_count'

)

select
    entity_id as account_id,
    'industry' as segment_type,
    lower(attribute_value) as segment,
    valid_from,
    valid_to
from attribute_timelines
where attribute = 'industry' and attribute_value is not null
union all
select
    employee_counts.entity_id as account_id,
    'size' as segment_type,
    company_sizes.company_size as segment,
    employee_counts.valid_from,
    employee_counts.valid_to
from employee_counts
inner join company_sizes
    on
        employee_counts.employee_count >= company_sizes.min_employees
        and (
            company_sizes.max_employees is null
            or employee_counts.employee_count < company_sizes.max_employees + 1
        )
