-- New leads and payments of all weeks are the first periods of pql_conversions, in all and in each
-- way of telling companies apart; those held out do not count as payments.
{{ config(group='pql') }}

with

conversions as (

    select
        definition_id,
        definition_version,
        count(*) as lead_count,
        count(case when is_paid and not is_holdout then 1 end) as paid_count
    from {{ ref('pql_conversions') }}
    where period_number = 1
    group by definition_id, definition_version

),

weeks as (

    select
        definition_id,
        definition_version,
        segment_type,
        sum(case when metric = 'new_leads' then numerator end) as lead_count,
        sum(case when metric = 'paid_rate' then numerator end) as paid_count
    from {{ ref('pql_weekly_metrics') }}
    where lead_source = 'pql'
    group by definition_id, definition_version, segment_type

)

select
    conversions.definition_id,
    conversions.definition_version,
    weeks.segment_type,
    conversions.lead_count,
    weeks.lead_count as weekly_lead_count,
    conversions.paid_count,
    weeks.paid_count as weekly_paid_count
from conversions
left join weeks
    on
        conversions.definition_id = weeks.definition_id
        and conversions.definition_version = weeks.definition_version
where
    weeks.segment_type is null
    or conversions.lead_count <> weeks.lead_count
    or conversions.paid_count <> weeks.paid_count
