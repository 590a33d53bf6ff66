{%- set segments = {"all": "'all'", "size": "company_size", "industry": "industry"} -%}
{%- set cohort = ["definition_key", "week_start", "segment_type", "segment"] -%}

with

first_dates as (

    select
        definition_key,
        entity_id,
        min(case when lead_source = 'pql' then qualified_on end) as product_lead_on,
        min(case when lead_source = 'mql' then qualified_on end) as marketing_lead_on
    from {{ ref('int_lead_starts') }}
    where lead_number = 1
    group by definition_key, entity_id

),

sign_ups as (

    select
        definitions.definition_key,
        sign_ups.*,
        first_dates.product_lead_on,
        first_dates.marketing_lead_on,
        cast({{ dbt.date_trunc('week', 'sign_ups.signed_up_on') }} as date) as week_start
    from {{ ref('int_sign_ups') }} as sign_ups
    inner join {{ ref('stg_config__definitions') }} as definitions
        on
            sign_ups.entity_type = definitions.entity_type
            and definitions.status in ('live', 'challenger')
            and definitions.outcome_type = 'free_to_paid'
            and {{ is_in_list('sign_ups.stage', 'definitions.audience') }}
    left join first_dates
        on
            definitions.definition_key = first_dates.definition_key
            and sign_ups.entity_id = first_dates.entity_id

),

segmented_sign_ups as (

    {%- for segment_type, segment in segments.items() %}
    select
        *,
        '{{ segment_type }}' as segment_type,
        {{ segment }} as segment
    from sign_ups
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    {{ cohort | join(',\n    ') }},
    count(*) as sign_up_count,
    count(case when activated_on <= window_ends_on then 1 end) as activated_count,
    count(case when product_lead_on <= window_ends_on then 1 end) as product_lead_count,
    count(case when marketing_lead_on <= window_ends_on then 1 end) as marketing_lead_count
from segmented_sign_ups
group by {{ cohort | join(', ') }}
