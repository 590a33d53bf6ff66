with

config_columns as (

    select * from {{ ref('int_config_columns') }}
    where is_known and is_found

),

positions as (

    {{ dbt.generate_series(longest_list()) }}

),
{%- for file in config_files() %}

{{ file }} as (

    {{ config_rows(file) }}

),
{%- endfor %}

cells_of_files as (

    {%- for file in config_files() %}
    select
        config_columns.*,
        {{ file }}.row_key,
        case config_columns.column_name
            {%- for column in config_contract(file) %}
            when '{{ column.name }}' then {{ file }}.{{ column.name }}
            {%- endfor %}
        end as cell
    from {{ file }}
    inner join config_columns
        on config_columns.file_name = '{{ file }}.csv'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

cells as (

    select
        *,
        case when column_type = 'list' then {{ list_length('cell') }} else 1 end as item_count
    from cells_of_files

),

items as (

    select
        cells.*,
        case
            when cells.column_type = 'list'
                then {{ list_item('cells.cell', 'positions.generated_number') }}
            else cells.cell
        end as item
    from cells
    inner join positions
        on
            positions.generated_number = 1
            or cells.item_count >= positions.generated_number

)

select
    file_name,
    row_key,
    column_name,
    column_type,
    cell,
    item,
    allowed_values,
    referenced_file,
    referenced_column,
    expectation,
    severity,
    at_least,
    more_than,
    at_most,
    max_decimals,
    is_last_key,
    is_required,
    case when column_type in ('integer', 'decimal') then {{ try_decimal('item') }} end as number
from items
