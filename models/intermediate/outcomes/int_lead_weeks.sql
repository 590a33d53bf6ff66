{%- set segments = {"all": "'all'", "size": "company_size", "industry": "industry"} -%}
{%- set cohort = ["definition_key", "week_start", "segment_type", "segment"] -%}

with

first_leads as (

    select
        lead_starts.*,
        lead_results.opportunity_id,
        lead_results.opportunity_status,
        lead_results.opportunity_amount,
        lead_results.acv,
        lead_results.opportunity_on,
        lead_results.opportunity_closed_on,
        lead_results.paid_on,
        lead_results.days_to_paid,
        cast({{ dbt.date_trunc('week', 'lead_starts.qualified_on') }} as date) as week_start
    from {{ ref('int_lead_starts') }} as lead_starts
    inner join {{ ref('int_lead_results') }} as lead_results
        on lead_starts.lead_id = lead_results.lead_id
    where lead_starts.lead_number = 1

),

segmented_leads as (

    {%- for segment_type, segment in segments.items() %}
    select
        *,
        '{{ segment_type }}' as segment_type,
        {{ segment }} as segment,
        case
            when not is_holdout and paid_on is not null then 1
            else 0
        end as paid_count
    from first_leads
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

ranked_leads as (

    select
        *,
        row_number() over (
            partition by {{ cohort | join(', ') }}, lead_source, paid_count order by days_to_paid
        ) as day_rank,
        sum(paid_count) over (partition by {{ cohort | join(', ') }}, lead_source) as day_count
    from segmented_leads

)

-- rates are of the leads that sales has had: those held out stand in pql_incrementality
select
    {{ cohort | join(',\n    ') }},
    lead_source,
    count(*) as lead_count,
    count(case when not is_holdout then 1 end) as routed_count,
    count(case when not is_holdout then opportunity_id end) as opportunity_count,
    sum(paid_count) as paid_count,
    count(
        case when not is_holdout and opportunity_status in ('won', 'lost') then 1 end
    ) as closed_count,
    count(case when not is_holdout and opportunity_status = 'won' then 1 end) as won_count,
    sum(
        case when not is_holdout and opportunity_status = 'won' then opportunity_amount end
    ) as won_amount,
    sum(
        case
            when not is_holdout and opportunity_status in ('won', 'lost')
                then {{ dbt.datediff('opportunity_on', 'opportunity_closed_on', 'day') }}
        end
    ) as closing_days,
    count(case when paid_count = 1 then acv end) as priced_count,
    sum(case when paid_count = 1 then acv end) as acv_sum,
    avg(
        case
            when paid_count = 1 and {{ is_middle('day_rank', 'day_count') }}
                then days_to_paid * 1.0
        end
    ) as median_days
from ranked_leads
group by {{ cohort | join(', ') }}, lead_source
