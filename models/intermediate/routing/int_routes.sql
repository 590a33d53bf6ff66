with

rules as (

    select * from {{ ref('int_ranked_routing_rules') }}

),

leads as (

    select
        leads.*,
        accounts.crm_owner_id,
        coalesce(contacts.contact_status, 'unknown') as contact_status,
        {{ try_decimal('sizes.attribute_value') }} as employee_count,
        contacts.contact_verified_on
    from {{ ref('int_current_qualifications') }} as leads
    left join {{ ref('int_accounts') }} as accounts
        on leads.account_id = accounts.account_id
    left join {{ ref('int_entity_contacts') }} as contacts
        on
            leads.entity_type = contacts.entity_type
            and leads.entity_id = contacts.entity_id
    left join {{ ref('int_attribute_timelines') }} as sizes
        on
            leads.account_id = sizes.entity_id
            and sizes.entity_type = 'account'
            and sizes.attribute = 'employee_count'
            and sizes.item = ''
            and {{ is_valid_on('sizes', 'leads.as_of_date') }}

),

hand_raises as (

    select distinct
        conditions.definition_key,
        conditions.entity_type,
        conditions.entity_id
    from {{ ref('int_conditions') }} as conditions
    inner join {{ ref('int_as_of') }} as as_of
        on {{ is_valid_on('conditions', 'as_of.as_of_date') }}
    where conditions.condition_type = 'hand_raise'

),

shown_signals as (

    select signal_timelines.*
    from {{ ref('int_signal_timelines') }} as signal_timelines
    inner join {{ ref('int_as_of') }} as as_of
        on {{ is_valid_on('signal_timelines', 'as_of.as_of_date') }}
    where
        signal_timelines.signal_value > 0
        and signal_timelines.signal_id in (select rules.requires_signal_id from rules)

),

matches as (

    select
        leads.definition_key,
        leads.entity_type,
        leads.entity_id,
        min(rules.rule_rank) as rule_rank
    from leads
    inner join rules
        on leads.definition_key = rules.definition_key
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
            employee_count='leads.employee_count',
            is_qualified='leads.is_qualified',
            is_hand_raised='hand_raises.entity_id is not null',
            is_signal_shown='shown_signals.entity_id is not null',
        ) | indent(8) }}
    group by leads.definition_key, leads.entity_type, leads.entity_id

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
        verification.is_used
        and rules.motion = 'sales_assisted'
        and leads.contact_status in ('invalid', 'unknown') as is_out_of_reach,
        cast(
            {{ dbt.dateadd('hour', 'rules.sla_hours', 'leads.qualified_at') }}
            as {{ dbt.type_timestamp() }}
        ) as due_at,
        cast(leads.trial_ends_on as {{ dbt.type_timestamp() }}) as trial_ends_at
    from leads
    inner join matches
        on
            leads.definition_key = matches.definition_key
            and leads.entity_type = matches.entity_type
            and leads.entity_id = matches.entity_id
    inner join rules
        on
            leads.definition_key = rules.definition_key
            and matches.rule_rank = rules.rule_rank
    cross join verification

)

select
    definition_key,
    entity_type,
    entity_id,
    tier,
    case when is_out_of_reach then 'enrichment' else motion end as motion,
    case when is_out_of_reach then 'revenue operations' else owner_role end as owner_role,
    crm_owner_id as owner,
    case when is_out_of_reach then 'enrichment' else channel end as channel,
    case
        when is_out_of_reach
            then 'find a mail address that works' || coalesce(', then ' || next_action, '')
        else next_action
    end as next_action,
    contact_status,
    sla_hours,
    contact_verified_on,
    case when trial_ends_at < due_at then trial_ends_at else due_at end as sla_due_at
from routed_leads
