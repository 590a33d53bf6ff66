{#- Comes after the days: an actor stands here as resolved when what they did is attributed so. -#}
-- depends_on: {{ ref('int_entity_signal_days') }}

select
    resolved_actors.actor_id,
    resolved_actors.account_id,
    resolved_actors.resolved_user_id,
    resolved_actors.resolved_account_id,
    scoring_fingerprint.fingerprint
from {{ ref('int_resolved_actors') }} as resolved_actors
cross join {{ ref('int_scoring_fingerprint') }} as scoring_fingerprint
