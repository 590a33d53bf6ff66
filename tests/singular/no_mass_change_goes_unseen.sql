-- The circuit breaker between qualification and what is said of it: a test of int_lead_changes
-- alone, so that `dbt build` skips whatever depends on that. One row per definition and direction.
{{ config(group='pql', meta={'says_rows': true}) }}
{%- set text = dbt.type_string() %}

with

lead_changes as (

    select * from {{ ref('int_lead_changes') }}

),

entities as (

    select
        entity_type,
        entity_id,
        max(case when is_qualified then 1 else 0 end) as is_in,
        max(case when was_qualified then 1 else 0 end) as was_in
    from lead_changes
    group by entity_type, entity_id

),

totals as (

    select
        sum(was_in) as qualified_before,
        sum(case when is_in <> was_in then 1 else 0 end) as changed_count
    from entities

),

reasons as (

    select
        definition_id,
        is_qualified,
        reason,
        count(*) as reason_count
    from lead_changes
    where is_qualified <> was_qualified
    group by definition_id, is_qualified, reason

),

ranked_reasons as (

    select
        *,
        sum(reason_count) over (partition by definition_id, is_qualified) as changed_count,
        row_number() over (
            partition by definition_id, is_qualified order by reason_count desc, reason
        ) as reason_rank
    from reasons

)

select
    ranked_reasons.definition_id || ': ' || cast(ranked_reasons.changed_count as {{ text }})
    || case when ranked_reasons.is_qualified then ' enter' else ' leave' end
    || ', ' || cast(ranked_reasons.reason_count as {{ text }})
    || ' of them for: ' || ranked_reasons.reason
    || ' (' || cast(totals.qualified_before as {{ text }})
    || ' accounts and users were qualified before)' as finding
from ranked_reasons
cross join totals
where
    ranked_reasons.reason_rank = 1
    and totals.changed_count >= 20
    and totals.changed_count > {{ var('max_changed_share') }} * totals.qualified_before
    and {{ "1 = 0" if var('accept_mass_change') else "1 = 1" }}
order by ranked_reasons.changed_count desc
