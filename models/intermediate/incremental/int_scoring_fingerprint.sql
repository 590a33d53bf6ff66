{#- Every cell of these files, even if no timeline reads it: to score too much does no harm. -#}
with

cells as (

    select distinct
        file_name,
        row_key,
        column_name,
        cell
    from {{ ref('stg_config__cells') }}
    where
        cell is not null
        and (
            file_name in (
                'signals.csv', 'definitions.csv', 'definition_rules.csv', 'fit_rules.csv',
                'category_caps.csv'
            )
            -- what a routing rule asks for has a timeline too
            or column_name = 'requires_signal_id'
        )

),

all_cells as (

    select
        sum({{ row_hash(["file_name", "row_key", "column_name", "cell"], "cells") }})
            as cells_hash
    from cells

)

select
    {{ dbt.hash(
        row_text(["cells_hash"], "all_cells") ~ " || " ~ dbt.string_literal(scoring_settings())
    ) }} as fingerprint
from all_cells
