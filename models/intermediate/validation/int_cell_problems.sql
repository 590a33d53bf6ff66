{%- set letters = "abcdefghijklmnopqrstuvwxyz" -%}
{%- set digits = "0123456789" -%}

with

cells as (

    select * from {{ ref('stg_config__cells') }}
    where cell is not null or is_required

),

-- the first thing that is wrong with each
judged_cells as (

    select
        *,
        case
            when cell is null then 'is blank'
            when item = '' then 'has nothing between two |'
            when column_type = 'list' and {{ list_length('cell') }} > {{ longest_list() }}
                then 'has more than {{ longest_list() }} items'
            when column_type in ('integer', 'decimal') and number is null
                then 'is not a number'
            when column_type = 'integer' and number <> floor(number)
                then 'is not a whole number'
            when
                number < coalesce(at_least, -{{ config_largest_number() }})
                or number <= more_than
                then 'is too small'
            when number > coalesce(at_most, {{ config_largest_number() }})
                then 'is too large'
            when max_decimals = 2 and number <> round(number, 2)
                then 'has too many decimals'
            when
                column_type = 'date'
                and (length(item) <> 10 or {{ try_timestamp('item') }} is null)
                then 'is not a date'
            when
                column_type = 'domain'
                and (
                    item not like '%_._%'
                    or item like '%@%'
                    or item like '%/%'
                    or item like '% %'
                )
                then 'is not a mail domain'
            when
                column_type = 'url'
                and lower(item) not like 'https://_%'
                and lower(item) not like 'http://_%'
                then 'is not an address'
            when
                column_type = 'name'
                and (
                    length(item) > 40
                    or translate(item, '{{ letters }}{{ digits }}_', '') <> ''
                    or translate(substring(item, 1, 1), '{{ letters }}', '') <> ''
                )
                then 'is not a name of the right form'
            -- what refers to another file is judged by int_key_problems
            when
                referenced_file is null
                and allowed_values is not null
                and not {{ is_in_list('item', 'allowed_values') }}
                then 'is not allowed'
        end as problem
    from cells

)

select
    file_name,
    row_key,
    column_name,
    coalesce('"' || coalesce(nullif(item, ''), cell) || '" ', '') || problem as problem,
    'write ' || expectation as suggested_fix,
    severity
from judged_cells
where problem is not null
