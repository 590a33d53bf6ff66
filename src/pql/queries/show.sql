-- What `pql show` reads: the strongest leads, qualified ones first.

-- name: accounts
select *, count(*) filter (where is_qualified) over () as qualified_leads
from pql_accounts
order by is_qualified desc, score desc, account_id, definition_id
limit $top

-- name: users
select *, count(*) filter (where is_qualified) over () as qualified_leads
from pql_users
order by is_qualified desc, score desc, user_id, definition_id
limit $top
