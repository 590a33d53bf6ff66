with

rules as (

    select * from {{ ref('int_ranked_routing_rules') }}

),

leads as (

    select
        lead_starts.*,
        {{ try_decimal('sizes.attribute_value') }} as employee_count
    from {{ ref('int_lead_starts') }} as lead_starts
    left join {{ ref('int_attribute_timelines') }} as sizes
        on
            lead_starts.account_id = sizes.entity_id
            and sizes.entity_type = 'account'
            and sizes.attribute = 'employee_count'
            and sizes.item = ''
            and {{ is_valid_on('sizes', 'lead_starts.qualified_on') }}
    where lead_starts.lead_source = 'pql'

),

shown_signals as (

    select
        leads.lead_id,
        signal_timelines.signal_id
    from leads
    inner join {{ ref('int_signal_timelines') }} as signal_timelines
        on
            leads.entity_type = signal_timelines.entity_type
            and leads.entity_id = signal_timelines.entity_id
            and {{ is_valid_on('signal_timelines', 'leads.qualified_on') }}
    where
        signal_timelines.signal_value > 0
        and signal_timelines.signal_id in (select rules.requires_signal_id from rules)

),

matches as (

    select
        leads.lead_id,
        min(rules.rule_rank) as rule_rank
    from leads
    inner join rules
        on leads.definition_key = rules.definition_key
    left join shown_signals
        on
            leads.lead_id = shown_signals.lead_id
            and rules.requires_signal_id = shown_signals.signal_id
    where
        {{ routing_rule_matches(
            'rules',
            score='leads.score',
            employee_count='leads.employee_count',
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
