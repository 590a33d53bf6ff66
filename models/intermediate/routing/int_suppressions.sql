{#- Of several reasons, the first of these speaks. -#}
{%- set ranks = {
    "unborn": 0, "override": 1, "opportunity": 2, "working": 3, "rejected": 4, "snoozed": 5,
    "opt_out": 6,
} -%}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

users as (

    select * from {{ ref('int_users') }}
    where exclusion_reason is null

),

-- tables that know the future: who signs up later is no lead yet
unborn as (

    select
        known_entities.entity_type,
        known_entities.entity_id,
        {{ ranks.unborn }} as reason_rank,
        'created on ' || cast(known_entities.created_on as {{ dbt.type_string() }})
        || ', after the last day counted' as reason
    from (
        select
            'account' as entity_type,
            account_id as entity_id,
            cast(created_at as date) as created_on
        from {{ ref('int_accounts') }}
        union all
        select
            'user' as entity_type,
            user_id as entity_id,
            cast(created_at as date) as created_on
        from users
    ) as known_entities
    inner join as_of
        on known_entities.created_on > as_of.as_of_date

),

overrides as (

    select
        overrides.entity_type,
        coalesce(identity_links.to_id, overrides.entity_id) as entity_id,
        {{ ranks.override }} as reason_rank,
        'set aside by hand'
        || coalesce(' until ' || cast(overrides.until_date as {{ dbt.type_string() }}), '')
        || coalesce(': ' || overrides.reason, '') as reason
    from {{ ref('stg_config__overrides') }} as overrides
    cross join as_of
    left join {{ ref('int_identity_links') }} as identity_links
        on
            overrides.entity_type = identity_links.entity_type
            and overrides.entity_id = identity_links.from_id
    where
        overrides.effect = 'suppress'
        and (overrides.until_date is null or overrides.until_date >= as_of.as_of_date)

),

open_opportunities as (

    select
        opportunities.entity_type,
        opportunities.entity_id,
        {{ ranks.opportunity }} as reason_rank,
        'open opportunity'
        || coalesce(' since ' || cast(opportunities.created_on as {{ dbt.type_string() }}), '')
        || ' (' || opportunities.opportunity_id || ')' as reason
    from {{ ref('int_entity_opportunities') }} as opportunities
    cross join as_of
    where
        (opportunities.created_on is null or opportunities.created_on <= as_of.as_of_date)
        -- one of which nobody says whether it is closed may be open
        and (
            not coalesce(opportunities.is_closed, false)
            or opportunities.closed_on > as_of.as_of_date
        )

),

answers as (

    select
        entity_type,
        entity_id,
        case
            when status = 'rejected' then {{ ranks.rejected }}
            when status in ('accepted', 'working') then {{ ranks.working }}
            else {{ ranks.snoozed }}
        end as reason_rank,
        reason
    from {{ ref('int_active_responses') }}

),

opt_outs as (

    select
        entity_type,
        entity_id,
        {{ ranks.opt_out }} as reason_rank,
        case entity_type
            when 'user' then 'has opted out of mail'
            else 'everybody known there has opted out of mail'
        end as reason
    from {{ ref('int_entity_contacts') }}
    where is_opted_out

),

own_reasons as (

    select * from unborn
    union all
    select * from overrides
    union all
    select * from open_opportunities
    union all
    select * from answers
    union all
    select * from opt_outs
    union all
    -- who works on one person talks to the company
    select
        'account' as entity_type,
        users.account_id as entity_id,
        answers.reason_rank,
        answers.reason || ', through user ' || users.user_id as reason
    from answers
    inner join users
        on
            answers.entity_type = 'user'
            and answers.entity_id = users.user_id
    where answers.reason_rank = {{ ranks.working }} and users.account_id is not null

),

reasons as (

    select
        *,
        0 as is_of_account
    from own_reasons
    union all
    -- what holds for an account holds for its people
    select
        'user' as entity_type,
        users.user_id as entity_id,
        own_reasons.reason_rank,
        'its account: ' || own_reasons.reason as reason,
        1 as is_of_account
    from own_reasons
    inner join users
        on
            own_reasons.entity_type = 'account'
            and own_reasons.entity_id = users.account_id

),

ranked_reasons as (

    select
        *,
        row_number() over (
            partition by entity_type, entity_id
            order by reason_rank, is_of_account, reason
        ) as reason_order
    from reasons

)

select
    entity_type,
    entity_id,
    substring(reason, 1, 255) as reason
from ranked_reasons
where reason_order = 1
