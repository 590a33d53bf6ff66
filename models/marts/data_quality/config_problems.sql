{%- set letters = "abcdefghijklmnopqrstuvwxyz" -%}
{%- set digits = "0123456789" -%}

with

config_columns as (

    select * from {{ ref('int_config_columns') }}

),

cells as (

    select * from {{ ref('stg_config__cells') }}

),

signal_problems as (

    select * from {{ ref('int_signal_problems') }}

),

definition_problems as (

    select * from {{ ref('int_definition_problems') }}

),

routing_problems as (

    select * from {{ ref('int_routing_problems') }}

),

raw_problems as (

    select * from {{ ref('int_raw_problems') }}

),

missing_columns as (

    select
        file_name,
        '' as row_key,
        column_name,
        'the file has no such column' as problem,
        'add the column to the first line of the file, and to each row' as suggested_fix,
        severity
    from config_columns
    where is_known and is_required and not is_found

),

near_columns as (

    select
        unknown_columns.file_name,
        unknown_columns.column_name,
        lacking_columns.column_name as nearest,
        row_number() over (
            partition by unknown_columns.file_name, unknown_columns.column_name
            order by
                {{ name_distance('unknown_columns.column_name', 'lacking_columns.column_name') }},
                lacking_columns.column_name
        ) as nearness
    from config_columns as unknown_columns
    inner join config_columns as lacking_columns
        on unknown_columns.file_name = lacking_columns.file_name
    where
        not unknown_columns.is_known
        and lacking_columns.is_known
        and not lacking_columns.is_found
        and {{ name_distance('unknown_columns.column_name', 'lacking_columns.column_name') }}
        <= {{ near_name() }}

),

-- a name that is nearly that of a column which the file lacks is a slip, and its cells would be
-- lost in silence; any other may be somebody's notes
unknown_columns as (

    select
        config_columns.file_name,
        '' as row_key,
        config_columns.column_name,
        'no such column is read' as problem,
        case
            when near_columns.nearest is not null then 'name it ' || near_columns.nearest
            when config_columns.column_name like '%;%' then 'separate the cells by commas'
            else 'take it out, unless it holds notes of your own'
        end as suggested_fix,
        case when near_columns.nearest is null then 'warning' else 'error' end as severity
    from config_columns
    left join near_columns
        on
            config_columns.file_name = near_columns.file_name
            and config_columns.column_name = near_columns.column_name
            and near_columns.nearness = 1
    where not config_columns.is_known

),

duplicate_rows as (

    select
        file_name,
        row_key,
        column_name,
        cast(count(*) as {{ dbt.type_string() }}) || ' rows have the same key' as problem,
        'keep one of them, or give the others another ' || column_name as suggested_fix,
        severity
    from cells
    where is_last_key and cell is not null
    group by file_name, row_key, column_name, severity
    having count(*) > 1

),

names as (

    select distinct
        file_name,
        column_name,
        cell
    from cells
    where cell is not null

),

-- where a file names nothing at all, one problem says so, not one for each that refers to it
lacking_names as (

    select
        cells.referenced_file as file_name,
        '' as row_key,
        cells.referenced_column as column_name,
        'names nothing, but other files refer to it' as problem,
        'add the rows that are missing' as suggested_fix,
        min(cells.severity) as severity
    from cells
    left join names
        on
            cells.referenced_file = names.file_name
            and cells.referenced_column = names.column_name
    where
        cells.referenced_file is not null
        and cells.cell is not null
        and names.cell is null
        and not coalesce({{ is_in_list('cells.cell', 'cells.allowed_values') }}, false)
    group by cells.referenced_file, cells.referenced_column

),

judged_cells as (

    select
        cells.*,
        case
            when cells.cell is null and cells.is_required then 'is blank'
            when cells.item = '' then 'has nothing between two |'
            when
                cells.column_type = 'list'
                and {{ list_length('cells.cell') }} > {{ longest_list() }}
                then 'has more than {{ longest_list() }} items'
            when cells.column_type in ('integer', 'decimal') and cells.number is null
                then 'is not a number'
            when cells.column_type = 'integer' and cells.number <> floor(cells.number)
                then 'is not a whole number'
            when
                cells.number < coalesce(cells.at_least, -{{ config_largest_number() }})
                or cells.number <= cells.more_than
                then 'is too small'
            when cells.number > coalesce(cells.at_most, {{ config_largest_number() }})
                then 'is too large'
            when cells.max_decimals = 2 and cells.number <> round(cells.number, 2)
                then 'has too many decimals'
            when
                cells.column_type = 'date'
                and (length(cells.item) <> 10 or {{ try_timestamp('cells.item') }} is null)
                then 'is not a date'
            when
                cells.column_type = 'domain'
                and (
                    cells.item not like '%_._%'
                    or cells.item like '%@%'
                    or cells.item like '%/%'
                    or cells.item like '% %'
                )
                then 'is not a mail domain'
            when
                cells.column_type = 'url'
                and lower(cells.item) not like 'https://_%'
                and lower(cells.item) not like 'http://_%'
                then 'is not an address'
            when
                cells.column_type = 'name'
                and (
                    length(cells.item) > 40
                    or translate(cells.item, '{{ letters }}{{ digits }}_', '') <> ''
                    or translate(substring(cells.item, 1, 1), '{{ letters }}', '') <> ''
                )
                then 'is not a name of the right form'
            when {{ is_in_list('cells.item', 'cells.allowed_values') }}
                then null
            when
                cells.referenced_file is not null
                and names.cell is null
                and lacking_names.file_name is null
                then 'does not stand in ' || cells.referenced_file
            when cells.allowed_values is not null and cells.referenced_file is null
                then 'is not allowed'
        end as problem
    from cells
    left join names
        on
            cells.referenced_file = names.file_name
            and cells.referenced_column = names.column_name
            and cells.item = names.cell
    left join lacking_names
        on
            cells.referenced_file = lacking_names.file_name
            and cells.referenced_column = lacking_names.column_name
    where cells.cell is not null or cells.is_required

),

near_names as (

    select
        judged_cells.file_name,
        judged_cells.column_name,
        judged_cells.item,
        names.cell as nearest,
        row_number() over (
            partition by judged_cells.file_name, judged_cells.column_name, judged_cells.item
            order by {{ name_distance('judged_cells.item', 'names.cell') }}, names.cell
        ) as nearness
    from (
        select distinct
            file_name,
            column_name,
            item,
            referenced_file,
            referenced_column
        from judged_cells
        where problem is not null and referenced_file is not null
    ) as judged_cells
    inner join names
        on
            judged_cells.referenced_file = names.file_name
            and judged_cells.referenced_column = names.column_name
            and {{ name_distance('judged_cells.item', 'names.cell') }} <= {{ near_name() }}

),

bad_cells as (

    select
        judged_cells.file_name,
        judged_cells.row_key,
        judged_cells.column_name,
        coalesce('"' || coalesce(nullif(judged_cells.item, ''), judged_cells.cell) || '" ', '')
        || judged_cells.problem as problem,
        'write ' || coalesce(near_names.nearest || ', or ', '') || judged_cells.expectation
            as suggested_fix,
        judged_cells.severity
    from judged_cells
    left join near_names
        on
            judged_cells.file_name = near_names.file_name
            and judged_cells.column_name = near_names.column_name
            and judged_cells.item = near_names.item
            and near_names.nearness = 1
    where judged_cells.problem is not null

),

problems as (

    select * from missing_columns
    union all
    select * from unknown_columns
    union all
    select * from duplicate_rows
    union all
    select * from lacking_names
    union all
    select * from bad_cells
    union all
    select * from signal_problems
    union all
    select * from definition_problems
    union all
    select * from routing_problems
    union all
    select * from raw_problems

)

select distinct
    cast(file_name as {{ dbt.type_string() }}) as file_name,
    cast(row_key as {{ dbt.type_string() }}) as row_key,
    cast(column_name as {{ dbt.type_string() }}) as column_name,
    cast(problem as {{ dbt.type_string() }}) as problem,
    cast(suggested_fix as {{ dbt.type_string() }}) as suggested_fix,
    cast(severity as {{ dbt.type_string() }}) as severity
from problems
