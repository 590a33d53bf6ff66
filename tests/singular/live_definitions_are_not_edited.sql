-- A live definition that was edited in place: what it says today and what it said yesterday cannot
-- be told apart by its version. Mend: take the edit back, and make it in a new version.
{{ config(severity='warn') }}

select
    definition_id,
    definition_version,
    published_at
from {{ ref('pql_published') }}
where
    change = 'definition_edited'
    and published_at
    = cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
