{{ config(enabled=is_united('accounts')) }}
{%- set columns = [
    "account_name", "domain", "employee_count", "industry", "country", "plan_name", "seat_limit",
    "created_at", "crm_account_id", "crm_owner_id",
] -%}

with

source_accounts as (

    select * from {{ all_raw_rows('accounts', by_source=true) }} as raw_rows

),

known_domains as (

    select * from {{ ref('united__domains') }}

),

named_accounts as (

    select
        coalesce(source_accounts.account_id, known_domains.account_id) as account_id,
        {%- for column in columns %}
        source_accounts.{{ column }},
        {%- endfor %}
        source_accounts.trust_rank
    from source_accounts
    left join known_domains
        on
            source_accounts.account_id is null
            and source_accounts.domain = known_domains.domain

),

accounts as (

    {{ by_trust('named_accounts', 'account_id', columns) | indent(4) }}

)

select
    account_id,
    {{ columns | join(",\n    ") }}
from accounts
where account_id is not null
