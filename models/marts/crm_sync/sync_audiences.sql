{{ config(
    materialized='incremental',
    incremental_strategy=upsert_strategy(),
    unique_key='member_key',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}

with

previous as (

    {{ previous_rows('sync_audiences') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
as_of as (

    select * from {{ ref('int_as_of') }}
    where as_of_date is not null

),

leads as (

    select * from {{ ref('int_sync_leads') }}
    where lead_rank = 1 and status = 'qualified'

),

buying_groups as (

    select * from {{ ref('int_buying_groups') }}

),

forgotten_names as (

    select name_hash from {{ ref('stg_product__forgotten_hashes') }}

),

members as (

    select
        motion as audience,
        entity_type,
        entity_id,
        definition_id
    from leads
    where motion in ('nurture', 'in_app', 'enrichment')
    union all
    -- the product prompts people, so an account led to it is led through its own
    select
        'upgrade_prompt' as audience,
        'user' as entity_type,
        coalesce(buying_groups.user_id, leads.entity_id) as entity_id,
        min(leads.definition_id) as definition_id
    from leads
    left join buying_groups
        on
            leads.entity_type = 'account'
            and leads.entity_id = buying_groups.account_id
    where
        leads.motion = 'in_app'
        and (leads.entity_type = 'user' or buying_groups.user_id is not null)
    group by coalesce(buying_groups.user_id, leads.entity_id)

),

today as (

    select
        {{ dbt.hash(
            "'member|' || members.audience || '|' || members.entity_type"
            ~ " || '|' || members.entity_id"
        ) }} as member_key,
        members.audience,
        members.entity_type,
        members.entity_id,
        case
            when members.entity_type = 'account' then {{ account_key('members.entity_id') }}
            when users.email is not null then {{ contact_key('users.email') }}
        end as entity_key,
        members.definition_id as definition
    from members
    left join {{ ref('stg_product__users') }} as users
        on
            members.entity_type = 'user'
            and members.entity_id = users.user_id

),

current_records as (

    select
        today.member_key,
        today.audience,
        today.entity_type,
        today.entity_id,
        today.entity_key,
        today.definition,
        true as is_member,
        case when previous.is_member then previous.joined_on else as_of.as_of_date end as joined_on,
        cast(null as date) as left_on
    from today
    cross join as_of
    left join previous
        on today.member_key = previous.member_key
    union all
    select
        previous.member_key,
        previous.audience,
        previous.entity_type,
        case when forgotten_names.name_hash is null then previous.entity_id end as entity_id,
        previous.entity_key,
        previous.definition,
        false as is_member,
        previous.joined_on,
        case when previous.is_member then as_of.as_of_date else previous.left_on end as left_on
    from previous
    cross join as_of
    left join today
        on previous.member_key = today.member_key
    left join forgotten_names
        on {{ dbt.hash('previous.entity_id') }} = forgotten_names.name_hash
    where today.member_key is null

)

{{ rows_to_sync(
    'sync_audiences', 'current_records', 'member_key',
    entity_type='current_rows.entity_type', entity_id='current_rows.entity_id',
) }}
