-- a view: all counts over again, and twice, would cost more to keep than to attribute them anew
{{ config(materialized='view') }}
{%- set counts = [
    "signal_id", "item", "event_count", "value_sum", "activity_date", "latest_received_at",
] %}

{%- for entity_type in ["user", "account"] %}
select
    '{{ entity_type }}' as entity_type,
    resolved_actors.resolved_{{ entity_type }}_id as entity_id,
    resolved_actors.resolved_user_id as user_id,
    signal_counts.{{ counts | join(',\n    signal_counts.') }}
from {{ ref('int_signal_counts') }} as signal_counts
inner join {{ ref('int_resolved_actors') }} as resolved_actors
    on
        coalesce(signal_counts.actor_id, '') = coalesce(resolved_actors.actor_id, '')
        and coalesce(signal_counts.account_id, '') = coalesce(resolved_actors.account_id, '')
where resolved_actors.resolved_{{ entity_type }}_id is not null
{{ "union all" if not loop.last }}
{%- endfor %}
