-- Each lead's route is that of a routing rule that matches it, and no rule that matches comes
-- before that one. Found in another way than routing does: sizes from staging, hand-raises from the
-- reasons, and no rank.
{{ config(group='pql') }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

routing_rules as (

    select
        *,
        -- own rules before those for all
        2 * priority + case when definition_id = '*' then 1 else 0 end as place
    from {{ ref('stg_config__routing_rules') }}

),

leads as (

    select
        definition_id,
        definition_version,
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        tier,
        motion,
        owner_role,
        contact_status,
        score,
        is_qualified
    from {{ ref('pql_accounts') }}
    union all
    select
        definition_id,
        definition_version,
        'user' as entity_type,
        user_id as entity_id,
        account_id,
        tier,
        motion,
        owner_role,
        contact_status,
        score,
        is_qualified
    from {{ ref('pql_users') }}

),

known_sizes as (

    select
        accounts.account_id,
        accounts.employee_count,
        cast(null as date) as known_from
    from {{ ref('int_accounts') }} as accounts
    union all
    select
        attributes.entity_id as account_id,
        attributes.attribute_value as employee_count,
        attributes.known_from
    from {{ ref('stg_product__attributes') }} as attributes
    cross join as_of
    where
        attributes.entity_type = 'account'
        and attributes.attribute = 'employee_count'
        and attributes.known_from <= as_of.as_of_date

),

sizes as (

    select
        account_id,
        {{ try_decimal('employee_count') }} as employee_count,
        row_number() over (
            partition by account_id order by known_from desc nulls last, employee_count
        ) as size_rank
    from known_sizes

),

hand_raises as (

    select distinct
        definition_id,
        definition_version,
        entity_type,
        entity_id
    from {{ ref('pql_reasons') }}
    where effect = 'hand_raise' and is_met

),

routing_signals as (

    select distinct
        signals.signal_id,
        signals.measure,
        signals.window_days
    from {{ ref('stg_config__signals') }} as signals
    inner join routing_rules
        on signals.signal_id = routing_rules.requires_signal_id

),

shown_signals as (

    select
        routing_signals.signal_id,
        signal_days.entity_type,
        signal_days.entity_id
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join routing_signals
        on signal_days.signal_id = routing_signals.signal_id
    cross join as_of
    where
        signal_days.activity_date <= as_of.as_of_date
        and (
            routing_signals.window_days is null
            or {{ dbt.datediff('signal_days.activity_date', 'as_of.as_of_date', 'day') }}
            < routing_signals.window_days
        )
    group by routing_signals.signal_id, signal_days.entity_type, signal_days.entity_id
    having
        sum(
            case routing_signals.measure
                when 'sum' then signal_days.value_sum
                when 'events' then signal_days.event_count
                when 'days' then 1
                else case when signal_days.item is null then 0 else 1 end
            end
        ) > 0

),

matches as (

    select
        leads.*,
        routing_rules.place,
        routing_rules.tier as rule_tier,
        routing_rules.motion as rule_motion,
        routing_rules.owner_role as rule_owner_role
    from leads
    left join sizes
        on
            leads.account_id = sizes.account_id
            and sizes.size_rank = 1
    left join hand_raises
        on
            leads.definition_id = hand_raises.definition_id
            and leads.definition_version = hand_raises.definition_version
            and leads.entity_type = hand_raises.entity_type
            and leads.entity_id = hand_raises.entity_id
    inner join routing_rules
        on routing_rules.definition_id in (leads.definition_id, '*')
    left join shown_signals
        on
            routing_rules.requires_signal_id = shown_signals.signal_id
            and leads.entity_type = shown_signals.entity_type
            and leads.entity_id = shown_signals.entity_id
    where
        not (routing_rules.requires_qualified and not leads.is_qualified)
        and not (routing_rules.requires_hand_raise and hand_raises.entity_id is null)
        and not (
            routing_rules.requires_signal_id is not null and shown_signals.entity_id is null
        )
        and leads.score >= coalesce(routing_rules.min_score, leads.score)
        and leads.score < coalesce(routing_rules.max_score, leads.score + 1)
        and not (
            routing_rules.min_employees is not null
            and coalesce(sizes.employee_count, -1) < routing_rules.min_employees
        )
        and not (
            routing_rules.max_employees is not null
            and (
                sizes.employee_count is null
                or sizes.employee_count > routing_rules.max_employees
            )
        )

),

first_matches as (

    select matches.*
    from matches
    left join matches as earlier_matches
        on
            matches.definition_id = earlier_matches.definition_id
            and matches.entity_type = earlier_matches.entity_type
            and matches.entity_id = earlier_matches.entity_id
            and matches.place > earlier_matches.place
    where earlier_matches.entity_id is null

),

verification as (

    select count(*) > 0 as is_used
    from {{ ref('stg_crm__contact_verifications') }}

),

judged as (

    select
        leads.definition_id,
        leads.entity_type,
        leads.entity_id,
        leads.tier,
        leads.motion,
        leads.owner_role,
        first_matches.rule_tier,
        first_matches.rule_motion,
        first_matches.rule_owner_role,
        verification.is_used
        and first_matches.rule_motion = 'sales_assisted'
        and leads.contact_status not in ('valid', 'risky') as is_out_of_reach
    from leads
    cross join verification
    left join first_matches
        on
            leads.definition_id = first_matches.definition_id
            and leads.entity_type = first_matches.entity_type
            and leads.entity_id = first_matches.entity_id

)

select *
from judged
where
    rule_tier is null
    or tier is null
    or tier <> rule_tier
    or (is_out_of_reach and motion <> 'enrichment')
    or (not is_out_of_reach and (motion <> rule_motion or owner_role <> rule_owner_role))
