-- several customers of one account are common
select
    account_id,
    max(account_name) as account_name,
    max(country) as country
from {{ source_rows('recurly', 'customers') }} as customers
where account_id is not null
group by account_id
