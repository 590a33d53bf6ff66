with

cells as (

    select * from {{ ref('stg_config__cells') }}
    where cell is not null

),

names as (

    select distinct
        file_name,
        column_name,
        cell as name
    from cells

),

-- each cell, or item of a list, that has to stand in another file
unresolved_references as (

    select cells.*
    from cells
    left join names
        on
            cells.referenced_file = names.file_name
            and cells.referenced_column = names.column_name
            and cells.item = names.name
    where
        cells.referenced_file is not null
        and cells.item <> ''
        and names.name is null
        and not coalesce({{ is_in_list('cells.item', 'cells.allowed_values') }}, false)

),

named_columns as (

    select distinct
        file_name,
        column_name
    from names

),

nearest_names as (

    select
        unresolved_items.*,
        names.name as nearest,
        row_number() over (
            partition by
                unresolved_items.referenced_file,
                unresolved_items.referenced_column,
                unresolved_items.item
            order by {{ name_distance('unresolved_items.item', 'names.name') }}, names.name
        ) as nearness
    from (
        select distinct
            referenced_file,
            referenced_column,
            item
        from unresolved_references
    ) as unresolved_items
    inner join names
        on
            unresolved_items.referenced_file = names.file_name
            and unresolved_items.referenced_column = names.column_name
            and {{ name_distance('unresolved_items.item', 'names.name') }} <= {{ near_name() }}

)

select
    file_name,
    row_key,
    column_name,
    cast(count(*) as {{ dbt.type_string() }}) || ' rows have the same key' as problem,
    'keep one of them, or give the others another ' || column_name as suggested_fix,
    severity
from cells
where is_last_key
group by file_name, row_key, column_name, severity
having count(*) > 1

union all

select
    unresolved_references.file_name,
    unresolved_references.row_key,
    unresolved_references.column_name,
    '"' || unresolved_references.item || '" does not stand in '
    || unresolved_references.referenced_file as problem,
    'write ' || coalesce(nearest_names.nearest || ', or ', '')
    || unresolved_references.expectation as suggested_fix,
    unresolved_references.severity
from unresolved_references
inner join named_columns
    on
        unresolved_references.referenced_file = named_columns.file_name
        and unresolved_references.referenced_column = named_columns.column_name
left join nearest_names
    on
        unresolved_references.referenced_file = nearest_names.referenced_file
        and unresolved_references.referenced_column = nearest_names.referenced_column
        and unresolved_references.item = nearest_names.item
        and nearest_names.nearness = 1

union all

-- where a file names nothing at all, one problem says so, not one for each that refers to it
select
    unresolved_references.referenced_file as file_name,
    '' as row_key,
    unresolved_references.referenced_column as column_name,
    'names nothing, but other files refer to it' as problem,
    'add the rows that are missing' as suggested_fix,
    min(unresolved_references.severity) as severity
from unresolved_references
left join named_columns
    on
        unresolved_references.referenced_file = named_columns.file_name
        and unresolved_references.referenced_column = named_columns.column_name
where named_columns.file_name is null
group by unresolved_references.referenced_file, unresolved_references.referenced_column
