with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- whoever signed up before the product was watched may have done anything
watched_from as (

    select min(first_active_on) as first_day
    from {{ ref('int_entities') }}

),

sign_ups as (

    select
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        cast(created_at as date) as signed_up_on
    from {{ ref('int_accounts') }}
    where exclusion_reason is null
    union all
    select
        'user' as entity_type,
        user_id as entity_id,
        account_id,
        cast(created_at as date) as signed_up_on
    from {{ ref('int_users') }}
    where exclusion_reason is null

),

built_in_signals as (

    select signal_id
    from {{ ref('stg_config__signal_events') }}
    where event_name like '@%'

),

-- a sign-up is the start of a life, not a sign of it
activation_days as (

    select
        signal_days.entity_type,
        signal_days.entity_id,
        min(signal_days.activity_date) as activated_on
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join {{ ref('stg_config__signals') }} as signals
        on signal_days.signal_id = signals.signal_id
    left join built_in_signals
        on signals.signal_id = built_in_signals.signal_id
    where signals.category = 'activation' and built_in_signals.signal_id is null
    group by signal_days.entity_type, signal_days.entity_id

)

select
    sign_ups.entity_type,
    sign_ups.entity_id,
    coalesce(stage_timelines.stage, 'free') as stage,
    coalesce(sizes.segment, 'unknown') as company_size,
    coalesce(industries.segment, 'unknown') as industry,
    {{ add_days('sign_ups.signed_up_on', var('qualification_window_days')) }} <= as_of.as_of_date
        as is_window_over,
    sign_ups.signed_up_on,
    {{ add_days('sign_ups.signed_up_on', var('qualification_window_days')) }} as window_ends_on,
    case
        when activation_days.activated_on <= as_of.as_of_date then activation_days.activated_on
    end as activated_on
from sign_ups
inner join watched_from
    on sign_ups.signed_up_on >= watched_from.first_day
inner join as_of
    on sign_ups.signed_up_on <= as_of.as_of_date
left join {{ ref('int_entities') }} as entities
    on
        sign_ups.entity_type = entities.entity_type
        and sign_ups.entity_id = entities.entity_id
left join {{ ref('int_stage_timelines') }} as stage_timelines
    on
        sign_ups.entity_type = stage_timelines.entity_type
        and sign_ups.entity_id = stage_timelines.entity_id
        and {{ is_valid_on(
            'stage_timelines', 'greatest(sign_ups.signed_up_on, entities.first_active_on)'
        ) }}
left join activation_days
    on
        sign_ups.entity_type = activation_days.entity_type
        and sign_ups.entity_id = activation_days.entity_id
left join {{ ref('int_segment_timelines') }} as sizes
    on
        sign_ups.account_id = sizes.account_id
        and sizes.segment_type = 'size'
        and {{ is_valid_on('sizes', 'sign_ups.signed_up_on') }}
left join {{ ref('int_segment_timelines') }} as industries
    on
        sign_ups.account_id = industries.account_id
        and industries.segment_type = 'industry'
        and {{ is_valid_on('industries', 'sign_ups.signed_up_on') }}
