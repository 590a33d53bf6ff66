-- the rows themselves are printed at the end of the run, by print_config_problems
select
    file_name,
    row_key,
    column_name,
    problem
from {{ ref('config_problems') }}
where severity = 'error'
