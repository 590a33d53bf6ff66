{{ config(materialized='view') }}
{%- set tables = {
    "subscriptions": ref("stg_billing__subscriptions"),
    "opportunities": ref("stg_crm__opportunities"),
    "marketing_leads": ref("stg_crm__marketing_leads"),
    "lead_responses": ref("stg_crm__lead_responses"),
} %}

with

filled_tables as (

    {% for name, relation in tables.items() -%}
    select distinct '{{ name }}' as table_name
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

checks as (

    select * from {{ ref('review_checks') }}

)

select
    checks.check_id,
    checks.check_name,
    checks.unit,
    checks.outcome_type,
    checks.sample_name,
    checks.judged_by,
    checks.source,
    case
        when count(filled_tables.table_name) = 0 then replace(checks.needed_tables, '|', ' or ')
    end as lacking_table,
    cast({{ try_decimal('checks.check_number') }} as {{ dbt.type_int() }}) as check_number,
    {{ try_decimal('checks.min_sample') }} as min_sample
from checks
left join filled_tables
    on {{ is_in_list('filled_tables.table_name', 'checks.needed_tables') }}
group by
    checks.check_id,
    checks.check_name,
    checks.unit,
    checks.outcome_type,
    checks.sample_name,
    checks.judged_by,
    checks.source,
    checks.needed_tables,
    checks.check_number,
    checks.min_sample
