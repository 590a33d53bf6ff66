{#- New actors are not among them: what they did is counted on days of this build alone. -#}
-- depends_on: {{ ref('int_built_in_events') }}, {{ ref('int_requested_signals') }}
-- depends_on: {{ ref('stg_config__signal_events') }}, {{ ref('int_scoring_fingerprint') }}
{%- set manifest = existing_relation("int_resolution_manifest") -%}
{%- set signal_days = existing_relation("int_entity_signal_days") -%}
{%- set hashed = ["signal_id", "item", "event_count", "activity_date"] %}

with

resolved_actors as (

    select * from {{ ref('int_resolved_actors') }}

),

{% if manifest and signal_days -%}
-- whose events are attributed in another way than they were
changed_actors as (

    select
        manifest.resolved_user_id as former_user_id,
        manifest.resolved_account_id as former_account_id,
        resolved_actors.resolved_user_id,
        resolved_actors.resolved_account_id
    from resolved_actors
    inner join {{ manifest }} as manifest
        on
            coalesce(resolved_actors.actor_id, '') = coalesce(manifest.actor_id, '')
            and coalesce(resolved_actors.account_id, '') = coalesce(manifest.account_id, '')
    where
        coalesce(resolved_actors.resolved_user_id, '')
        <> coalesce(manifest.resolved_user_id, '')
        or coalesce(resolved_actors.resolved_account_id, '')
        <> coalesce(manifest.resolved_account_id, '')

),

built_in_events as (

    select built_in_events.*
    from {{ ref('int_built_in_events') }} as built_in_events
    inner join {{ ref('int_requested_signals') }} as requested_signals
        on
            built_in_events.entity_type = requested_signals.entity_type
            and built_in_events.signal_id = requested_signals.signal_id

),

former_built_in_events as (

    select * from {{ signal_days }}
    where signal_id in (
        select signal_id from {{ ref('stg_config__signal_events') }}
        where event_name like '@%'
    )

),

compared_built_in_events as (

    select
        entity_type,
        entity_id,
        {{ row_hash(hashed, "built_in_events") }} as row_hash
    from built_in_events
    union all
    select
        entity_type,
        entity_id,
        -{{ row_hash(hashed, "former_built_in_events") }} as row_hash
    from former_built_in_events

),

other_ways as (

    select count(*) as other_count
    from {{ manifest }} as manifest
    cross join {{ ref('int_scoring_fingerprint') }} as scoring_fingerprint
    where manifest.fingerprint <> scoring_fingerprint.fingerprint

),

entities as (

    {% for type in ["user", "account"] -%}
    select
        '{{ type }}' as entity_type,
        former_{{ type }}_id as entity_id
    from changed_actors
    union all
    select
        '{{ type }}' as entity_type,
        resolved_{{ type }}_id as entity_id
    from changed_actors
    union all
    -- another way of scoring may ask for other signals
    select
        '{{ type }}' as entity_type,
        resolved_actors.resolved_{{ type }}_id as entity_id
    from resolved_actors
    cross join other_ways
    where other_ways.other_count > 0{{ " or 1 = 1" if flags.FULL_REFRESH }}
    union all
    {% endfor -%}
    select
        signal_days.entity_type,
        signal_days.entity_id
    from {{ signal_days }} as signal_days
    cross join other_ways
    where other_ways.other_count > 0{{ " or 1 = 1" if flags.FULL_REFRESH }}
    union all
    select
        entity_type,
        entity_id
    from compared_built_in_events
    group by entity_type, entity_id
    having sum(row_hash) <> 0

)
{%- else -%}
-- where none are attributed yet, all will be
entities as (

    select
        'user' as entity_type,
        resolved_user_id as entity_id
    from resolved_actors
    where 1 = 0

)
{%- endif %}

select distinct
    entity_type,
    entity_id
from entities
where entity_id is not null
