{%- set histories = ['opportunity_history', 'opportunity_field_history'] -%}

with

stages as (

    select
        {{ record_id('opportunities.opportunity_id') }} as opportunity_id,
        changes.stage_name = opportunities.stage_name as is_current,
        {{ try_timestamp('changes.changed_at') }} as changed_at
    from {{ source_rows('salesforce', 'opportunities') }} as opportunities
    inner join {{ source_rows('salesforce', histories) }} as changes
        on
            {{ record_id('opportunities.opportunity_id') }}
            = {{ record_id('changes.opportunity_id') }}
    where coalesce(lower(changes.field_name), 'stagename') in ('stagename', 'stage_name')

),

last_others as (

    select
        opportunity_id,
        max(case when not is_current then changed_at end) as left_at
    from stages
    group by opportunity_id

)

-- a change of the amount is a row of the same stage
select
    stages.opportunity_id,
    min(stages.changed_at) as entered_at
from stages
inner join last_others
    on stages.opportunity_id = last_others.opportunity_id
where
    stages.is_current
    and (last_others.left_at is null or stages.changed_at >= last_others.left_at)
group by stages.opportunity_id
