with

raw_contact_verifications as (

    select * from {{ raw_table('contact_verifications') }} as raw_rows
    where email is not null

),

typed_verifications as (

    select
        email,
        lower(status) as status,
        cast({{ try_timestamp('verified_at') }} as date) as verified_on
    from raw_contact_verifications

),

-- of several checks of an address the latest counts; on one day, the worst
ranked_verifications as (

    select
        *,
        row_number() over (
            partition by email
            order by
                verified_on desc nulls last,
                case status
                    when 'invalid' then 1
                    when 'unknown' then 2
                    when 'risky' then 3
                    else 4
                end
        ) as row_rank
    from typed_verifications

)

select
    email,
    status,
    verified_on
from ranked_verifications
where row_rank = 1
