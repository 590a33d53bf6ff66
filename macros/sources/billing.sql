{#- What holds of every vendor of billing. -#}

{#- A customer is an account by an id of ours, else by its mail address: the account of the user, or of
    the domain. -#}
{% macro known_customers(relation) -%}
    select
        customers.customer_id,
        coalesce(customers.account_id, addresses.account_id, domains.account_id) as account_id,
        coalesce(customers.user_id, addresses.user_id) as user_id
    from {{ relation }} as customers
    left join {{ ref("united__addresses") }} as addresses
        on
            {{ mail_address("customers.email") }} = addresses.email
            and addresses.user_rank = 1
    left join {{ ref("united__domains") }} as domains
        on
            {{ mail_domain(mail_address("customers.email")) }} = domains.domain
            and domains.account_rank = 1
{%- endmacro %}

{#- It is paid from the end of its trial, if it has not ended by then. -#}
{% macro trials_and_paid_times(relation, never_paid) -%}
    (
        select
            subscription_id || ':trial' as subscription_id,
            account_id,
            user_id,
            product_line,
            plan_name,
            'trial' as stage,
            trial_started_at as started_at,
            case when ended_at < trial_ended_at then ended_at else trial_ended_at end as ended_at,
            cast(null as {{ dbt.type_numeric() }}) as mrr
        from {{ relation }}
        where trial_started_at is not null
        union all
        select
            subscription_id,
            account_id,
            user_id,
            product_line,
            plan_name,
            'paid' as stage,
            coalesce(trial_ended_at, started_at) as started_at,
            ended_at,
            mrr
        from {{ relation }}
        where
            coalesce(status, '') not in ('{{ never_paid | join("', '") }}')
            and (ended_at is null or trial_ended_at is null or ended_at > trial_ended_at)
    )
{%- endmacro %}

{#- Of an amount in the smallest unit of its currency; the lists are those of Stripe's docs. -#}
{% macro major_units(amount, currency) -%}
    case
        when lower({{ currency }}) in (
            'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'ugx', 'vnd', 'vuv',
            'xaf', 'xof', 'xpf'
        ) then {{ amount }}
        when lower({{ currency }}) in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then {{ amount }} / 1000.0
        else {{ amount }} / 100.0
    end
{%- endmacro %}

{% macro per_month(amount, interval, interval_count) -%}
    case {{ interval }}
        when 'year' then {{ amount }} / 12.0
        when 'month' then {{ amount }}
        when 'week' then {{ amount }} * 52 / 12.0
        when 'day' then {{ amount }} * 365 / 12.0
    end / coalesce(nullif({{ interval_count }}, 0), 1)
{%- endmacro %}
