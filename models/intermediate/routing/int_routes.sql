with

clock as (

    select * from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('int_definitions') }}
    where status = 'live'

),

leads as (

    select
        leads.*,
        definitions.definition_key,
        definitions.holdout_percent,
        case
            when leads.entity_type = 'user' then users.account_id
            else leads.entity_id
        end as account_id,
        case
            when leads.entity_type = 'user' then contacts.contact_status
            else account_contacts.contact_status
        end as contact_status,
        case
            when leads.entity_type = 'user' then contacts.contact_verified_on
            else account_contacts.contact_verified_on
        end as contact_verified_on
    from {{ ref('int_leads') }} as leads
    inner join definitions
        on leads.definition_id = definitions.definition_id
    left join {{ ref('int_users') }} as users
        on
            leads.entity_type = 'user'
            and leads.entity_id = users.user_id
    left join {{ ref('int_contacts') }} as contacts
        on
            leads.entity_type = 'user'
            and leads.entity_id = contacts.user_id
    left join {{ ref('int_account_contacts') }} as account_contacts
        on
            leads.entity_type = 'account'
            and leads.entity_id = account_contacts.account_id

),

employee_counts as (

    select
        attribute_timelines.entity_id as account_id,
        {{ try_decimal('attribute_timelines.attribute_value') }} as employee_count
    from {{ ref('int_attribute_timelines') }} as attribute_timelines
    inner join clock
        on {{ holds_on('attribute_timelines', 'clock.as_of_date') }}
    where
        attribute_timelines.entity_type = 'account'
        and attribute_timelines.attribute = 'employee_count'
        and attribute_timelines.item = ''

),

hand_raises as (

    select distinct
        conditions.definition_key,
        conditions.entity_type,
        conditions.entity_id
    from {{ ref('int_conditions') }} as conditions
    inner join clock
        on {{ holds_on('conditions', 'clock.as_of_date') }}
    where conditions.condition_type = 'hand_raise'

),

routing_rules as (

    select * from {{ ref('int_routing_rules') }}

),

-- a routing rule may ask for a signal that no rule scores
shown_signals as (

    select
        signal_days.signal_id,
        signal_days.entity_type,
        signal_days.entity_id
    from {{ ref('int_entity_signal_days') }} as signal_days
    inner join {{ ref('int_signals') }} as signals
        on signal_days.signal_id = signals.signal_id
    inner join clock
        on
            signal_days.activity_date <= clock.as_of_date
            and (
                signals.window_days is null
                or {{ add_days('signal_days.activity_date', 'signals.window_days') }}
                > clock.as_of_date
            )
    where signals.signal_id in (select routing_rules.requires_signal_id from routing_rules)
    group by
        signal_days.signal_id, signal_days.entity_type, signal_days.entity_id, signals.measure
    having
        case signals.measure
            when 'events' then sum(signal_days.event_count)
            when 'sum' then sum(signal_days.value_sum)
            when 'days' then count(*)
            else count(signal_days.item)
        end > 0

),

rules as (

    select
        definitions.definition_key,
        routing_rules.*,
        {{ routing_rule_rank('routing_rules', 'definitions') }} as rule_rank
    from routing_rules
    inner join definitions
        on routing_rules.definition_id in (definitions.definition_id, '*')

),

matches as (

    select
        leads.definition_id,
        leads.entity_type,
        leads.entity_id,
        min(rules.rule_rank) as rule_rank
    from leads
    inner join rules
        on leads.definition_key = rules.definition_key
    left join employee_counts
        on leads.account_id = employee_counts.account_id
    left join hand_raises
        on
            leads.definition_key = hand_raises.definition_key
            and leads.entity_type = hand_raises.entity_type
            and leads.entity_id = hand_raises.entity_id
    left join shown_signals
        on
            rules.requires_signal_id = shown_signals.signal_id
            and leads.entity_type = shown_signals.entity_type
            and leads.entity_id = shown_signals.entity_id
    where
        {{ routing_rule_matches(
            'rules',
            score='leads.score',
            employee_count='employee_counts.employee_count',
            is_qualified='leads.is_qualified',
            is_hand_raised='hand_raises.entity_id is not null',
            is_signal_shown='shown_signals.entity_id is not null',
        ) | indent(8) }}
    group by leads.definition_id, leads.entity_type, leads.entity_id

),

-- where nobody verifies addresses, nobody waits for it
verification as (

    select count(*) > 0 as is_used
    from {{ ref('stg_crm__contact_verifications') }}

),

routed_leads as (

    select
        leads.*,
        rules.tier,
        rules.motion,
        rules.owner_role,
        rules.channel,
        rules.sla_hours,
        rules.next_action,
        accounts.crm_owner_id,
        verification.is_used
        and rules.motion = 'sales_assisted'
        and coalesce(leads.contact_status, 'unknown') in ('invalid', 'unknown') as is_out_of_reach
    from leads
    inner join matches
        on
            leads.definition_id = matches.definition_id
            and leads.entity_type = matches.entity_type
            and leads.entity_id = matches.entity_id
    inner join rules
        on
            leads.definition_key = rules.definition_key
            and matches.rule_rank = rules.rule_rank
    left join {{ ref('int_accounts') }} as accounts
        on leads.account_id = accounts.account_id
    cross join verification

),

receipts as (

    select
        entity_type,
        entity_id,
        activity_date,
        max(latest_received_at) as latest_received_at
    from {{ ref('int_entity_signal_days') }}
    where signal_id = 'any_activity'
    group by entity_type, entity_id, activity_date

),

-- the clock starts when the last event of the day that decided had come in; a day that decided
-- without an event (somebody's size became known) is over before anybody can tell
deadlines as (

    select
        routed_leads.definition_id,
        routed_leads.entity_type,
        routed_leads.entity_id,
        cast(
            {{ dbt.dateadd(
                'hour',
                'routed_leads.sla_hours',
                "coalesce(receipts.latest_received_at, "
                ~ "cast(" ~ add_days('routed_leads.qualified_on', 1) ~ " as " ~ dbt.type_timestamp() ~ "))"
            ) }} as {{ dbt.type_timestamp() }}
        ) as due_at,
        cast(routed_leads.trial_ends_on as {{ dbt.type_timestamp() }}) as trial_ends_at
    from routed_leads
    left join receipts
        on
            routed_leads.entity_type = receipts.entity_type
            and routed_leads.entity_id = receipts.entity_id
            and routed_leads.qualified_on = receipts.activity_date
    where routed_leads.is_qualified and routed_leads.sla_hours is not null

)

select
    routed_leads.definition_id,
    routed_leads.entity_type,
    routed_leads.entity_id,
    routed_leads.tier,
    case when routed_leads.is_out_of_reach then 'enrichment' else routed_leads.motion end as motion,
    case
        when routed_leads.is_out_of_reach then 'revenue operations'
        else routed_leads.owner_role
    end as owner_role,
    routed_leads.crm_owner_id as owner,
    case
        when routed_leads.is_out_of_reach then 'enrichment'
        else routed_leads.channel
    end as channel,
    case
        when routed_leads.is_out_of_reach
            then
                'find a mail address that works'
                || coalesce(', then ' || routed_leads.next_action, '')
        else routed_leads.next_action
    end as next_action,
    coalesce(routed_leads.contact_status, 'unknown') as contact_status,
    routed_leads.sla_hours,
    {{ hash_is_within(
        "routed_leads.definition_id || ':' || routed_leads.entity_type || ':' || routed_leads.entity_id",
        'routed_leads.holdout_percent'
    ) }} as is_holdout,
    routed_leads.contact_verified_on,
    case
        when deadlines.trial_ends_at < deadlines.due_at then deadlines.trial_ends_at
        else deadlines.due_at
    end as sla_due_at
from routed_leads
left join deadlines
    on
        routed_leads.definition_id = deadlines.definition_id
        and routed_leads.entity_type = deadlines.entity_type
        and routed_leads.entity_id = deadlines.entity_id
