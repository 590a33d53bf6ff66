with

definitions as (

    select * from {{ ref('int_definitions') }}
    where status in ('live', 'challenger')

),

rules as (

    select
        definitions.definition_key,
        routing_rules.*,
        {{ routing_rule_rank('routing_rules', 'definitions') }} as rule_rank
    from {{ ref('int_routing_rules') }} as routing_rules
    inner join definitions
        on routing_rules.definition_id in (definitions.definition_id, '*')

),

leads as (

    select
        lead_starts.*,
        lead_touches.qualified_at
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('int_lead_touches') }} as lead_touches
        on lead_starts.lead_id = lead_touches.lead_id

),

employee_counts as (

    select
        entity_id as account_id,
        {{ try_decimal('attribute_value') }} as employee_count,
        valid_from,
        valid_to
    from {{ ref('int_attribute_timelines') }}
    where entity_type = 'account' and attribute = 'employee_count' and item = ''

),

-- a routing rule may ask for a signal that no rule scores
shown_signals as (

    select
        leads.lead_id,
        signals.signal_id
    from leads
    inner join {{ ref('int_entity_signal_days') }} as signal_days
        on
            leads.entity_type = signal_days.entity_type
            and leads.entity_id = signal_days.entity_id
            and leads.qualified_on >= signal_days.activity_date
    inner join {{ ref('int_signals') }} as signals
        on signal_days.signal_id = signals.signal_id
    where
        signals.signal_id in (select rules.requires_signal_id from rules)
        and (
            signals.window_days is null
            or {{ add_days('signal_days.activity_date', 'signals.window_days') }}
            > leads.qualified_on
        )
    group by leads.lead_id, signals.signal_id, signals.measure
    having
        case signals.measure
            when 'events' then sum(signal_days.event_count)
            when 'sum' then sum(signal_days.value_sum)
            when 'days' then count(*)
            else count(signal_days.item)
        end > 0

),

matches as (

    select
        leads.lead_id,
        min(rules.rule_rank) as rule_rank
    from leads
    inner join rules
        on leads.definition_key = rules.definition_key
    left join employee_counts
        on
            leads.account_id = employee_counts.account_id
            and {{ holds_on('employee_counts', 'leads.qualified_on') }}
    left join shown_signals
        on
            leads.lead_id = shown_signals.lead_id
            and rules.requires_signal_id = shown_signals.signal_id
    where
        {{ routing_rule_matches(
            'rules',
            score='leads.score',
            employee_count='employee_counts.employee_count',
            is_qualified='true',
            is_hand_raised="leads.qualified_by = 'hand_raise'",
            is_signal_shown='shown_signals.lead_id is not null',
        ) | indent(8) }}
    group by leads.lead_id

),

trials as (

    select
        leads.lead_id,
        max(subscriptions.ended_on) as trial_ends_on
    from leads
    inner join {{ ref('int_entity_subscriptions') }} as subscriptions
        on
            leads.entity_type = subscriptions.entity_type
            and leads.entity_id = subscriptions.entity_id
            and leads.qualified_on >= subscriptions.started_on
            and leads.qualified_on < subscriptions.ended_on
    where subscriptions.stage = 'trial'
    group by leads.lead_id

),

deadlines as (

    select
        leads.lead_id,
        rules.tier,
        rules.motion,
        rules.owner_role,
        rules.sla_hours,
        cast(
            {{ dbt.dateadd('hour', 'rules.sla_hours', 'leads.qualified_at') }}
            as {{ dbt.type_timestamp() }}
        ) as due_at,
        cast(trials.trial_ends_on as {{ dbt.type_timestamp() }}) as trial_ends_at
    from leads
    inner join matches
        on leads.lead_id = matches.lead_id
    inner join rules
        on
            leads.definition_key = rules.definition_key
            and matches.rule_rank = rules.rule_rank
    left join trials
        on leads.lead_id = trials.lead_id

)

select
    lead_id,
    tier,
    motion,
    owner_role,
    sla_hours,
    case when trial_ends_at < due_at then trial_ends_at else due_at end as sla_due_at
from deadlines
