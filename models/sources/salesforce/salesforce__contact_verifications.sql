select
    email,
    'invalid' as status,
    bounced_at as verified_at
from {{ ref('salesforce__people') }}
where email is not null and bounced_at is not null
