{%- set options = var("sources").get("salesforce") or {} -%}
{%- set usual = ["MQL", "Marketing Qualified", "Marketing Qualified Lead"] -%}
{%- set statuses = options.mql_statuses or usual -%}
{%- set counts_responses = "true" if options.campaign_responses else "false" -%}

with

changes as (

    select
        {{ record_id('lead_id') }} as record_id,
        {{ try_timestamp('changed_at') }} as qualified_at
    from {{ source_rows('salesforce', 'lead_history') }} as lead_history
    where
        lower(field_name) = 'status'
        and lower(status) in (
            {%- for status in statuses %}
            {{ text_literal(status | lower) }}{{ "," if not loop.last }}
            {%- endfor %}
        )
    union all
    select
        {{ record_id('person_id') }} as record_id,
        {{ try_timestamp('responded_at') }} as qualified_at
    from {{ source_rows('salesforce', 'campaign_members') }} as campaign_members
    where {{ try_boolean('has_responded') }} and {{ counts_responses }}

),

first_qualified as (

    select
        record_id,
        min(qualified_at) as qualified_at
    from changes
    group by record_id

),

qualified_people as (

    select
        people.*,
        coalesce(
            people.marketing_qualified_at,
            cast(first_qualified.qualified_at as {{ dbt.type_string() }})
        ) as qualified_at
    from {{ ref('salesforce__people') }} as people
    left join first_qualified
        on people.record_id = first_qualified.record_id
    where people.marketing_qualified_at is not null or first_qualified.qualified_at is not null

)

select
    qualified_people.person_id as lead_id,
    qualified_people.user_id,
    qualified_people.account_id,
    qualified_people.email,
    qualified_people.qualified_at
from qualified_people
left join qualified_people as leads
    on qualified_people.record_id = leads.converted_contact_id
where leads.record_id is null
