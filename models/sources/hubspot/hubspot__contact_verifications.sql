select
    email,
    'invalid' as status,
    last_mailed_at as verified_at
from {{ source_rows('hubspot', 'contacts') }} as contacts
where email is not null and ({{ try_boolean('is_bad_address') }} or bounce_reason is not null)
