with

numbers as (

    {{ dbt.generate_series(18263) }}

)

select
    cast(
        {{ dbt.dateadd('day', 'cast(generated_number - 1 as int)', "cast('2000-01-01' as date)") }}
        as date
    ) as date_day
from numbers
