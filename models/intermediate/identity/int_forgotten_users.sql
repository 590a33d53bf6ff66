select
    {{ dbt.hash('name') }} as name_hash,
    requested_on
from {{ ref('stg_product__forgotten_names') }}
