{%- set group_type = (var('sources').get('posthog') or {}).group_type or 'company' -%}
{%- set columns = [
    "account_name", "domain", "industry", "country", "plan_name", "employee_count", "seat_limit",
    "created_at",
] -%}

with

-- a call says what has changed, and no more: of each column the latest counts
group_calls as (

    select
        *,
        row_number() over (
            partition by account_id
            order by {{ try_timestamp('occurred_at') }} desc nulls last
        ) as trust_rank
    from {{ source_rows('posthog', 'group_calls') }} as group_calls
    where group_type = {{ text_literal(group_type) }} and account_id is not null

)

{{ by_trust('group_calls', 'account_id', columns) }}
