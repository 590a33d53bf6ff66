with

config_columns as (

    select * from {{ ref('int_config_columns') }}

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

)

select
    file_name,
    '' as row_key,
    column_name,
    'the file has no such column' as problem,
    'add the column to the first line of the file, and to each row' as suggested_fix,
    severity
from config_columns
where is_known and is_required and not is_found

union all

-- a name that is nearly that of a column which the file lacks is a slip, and its cells would be
-- lost in silence; any other may be somebody's notes
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
