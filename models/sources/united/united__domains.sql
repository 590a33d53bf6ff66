{{ config(enabled=var('sources') | length > 0) }}

with

accounts as (

    select * from {{ all_raw_rows('accounts', by_source=true) }} as raw_rows
    where account_id is not null and domain is not null

)

-- a domain of many is nobody's
select
    accounts.domain,
    accounts.account_id,
    row_number() over (
        partition by accounts.domain
        order by min(accounts.trust_rank), accounts.account_id
    ) as account_rank
from accounts
left join {{ ref('mail_domains') }} as mail_domains
    on accounts.domain = mail_domains.domain
where mail_domains.domain is null
group by accounts.domain, accounts.account_id
