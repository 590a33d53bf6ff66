{{ config(
    materialized='incremental',
    incremental_strategy=by_key(),
    unique_key='member_key',
    on_schema_change='append_new_columns',
    full_refresh=false,
) }}

with

synced as (

    {{ synced_rows('sync_audiences') }}

),

-- where no event was ever counted, nothing is known, and nothing is said
clock as (

    select * from {{ ref('int_clock') }}
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

    select name_hash from {{ ref('int_forgotten_users') }}

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
            "'member|' || members.audience || '|' || members.entity_type || '|' || members.entity_id"
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

wanted as (

    select
        today.member_key,
        today.audience,
        today.entity_type,
        today.entity_id,
        today.entity_key,
        today.definition,
        true as is_member,
        case when synced.is_member then synced.joined_on else clock.as_of_date end as joined_on,
        cast(null as date) as left_on
    from today
    cross join clock
    left join synced
        on today.member_key = synced.member_key
    union all
    select
        synced.member_key,
        synced.audience,
        synced.entity_type,
        case when forgotten_names.name_hash is null then synced.entity_id end as entity_id,
        synced.entity_key,
        synced.definition,
        false as is_member,
        synced.joined_on,
        case when synced.is_member then clock.as_of_date else synced.left_on end as left_on
    from synced
    cross join clock
    left join today
        on synced.member_key = today.member_key
    left join forgotten_names
        on {{ dbt.hash('synced.entity_id') }} = forgotten_names.name_hash
    where today.member_key is null

)

{{ rows_to_sync(
    'sync_audiences', 'wanted', 'member_key',
    entity_type='wanted_rows.entity_type', entity_id='wanted_rows.entity_id',
) }}
