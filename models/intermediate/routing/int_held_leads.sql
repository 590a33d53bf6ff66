-- A lead is not said to have lapsed while what it does is rejected: that is the pipeline, not the
-- lead.
with

lapsing_leads as (

    select
        lead_changes.definition_id,
        lead_changes.entity_type,
        lead_changes.entity_id
    from {{ ref('int_lead_changes') }} as lead_changes
    inner join {{ ref('int_entities_with_rejects') }} as entities_with_rejects
        on
            lead_changes.entity_type = entities_with_rejects.entity_type
            and lead_changes.entity_id = entities_with_rejects.entity_id
    where lead_changes.was_qualified and not lead_changes.is_qualified

)

select
    definition_id,
    entity_type,
    entity_id
from lapsing_leads
{{ union_distinct() }}
-- what an account's people are shown as hangs on the account
select
    lapsing_leads.definition_id,
    'user' as entity_type,
    users.user_id as entity_id
from lapsing_leads
inner join {{ ref('int_users') }} as users
    on lapsing_leads.entity_id = users.account_id
where lapsing_leads.entity_type = 'account'
