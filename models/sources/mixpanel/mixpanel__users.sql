select
    user_id,
    email,
    account_id,
    job_title,
    created_at
from {{ source_rows('mixpanel', 'people') }} as people
