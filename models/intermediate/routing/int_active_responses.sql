{{ config(materialized='view') }}

with

ranked_responses as (

    select
        responses.*,
        cast(responses.responded_at as date) as responded_on,
        as_of.as_of_date,
        row_number() over (
            partition by responses.entity_type, responses.entity_id
            order by responses.responded_at desc, responses.status, responses.reason
        ) as response_rank
    from {{ ref('int_entity_responses') }} as responses
    inner join {{ ref('int_as_of') }} as as_of
        on cast(responses.responded_at as date) <= as_of.as_of_date

),

-- the latest answer counts
latest_responses as (

    select
        entity_type,
        entity_id,
        status,
        reason,
        responded_on,
        as_of_date,
        case
            when status = 'rejected'
                then
                    coalesce(
                        snoozed_until,
                        {{ add_days('responded_on', var('rejected_rest_days')) }}
                    )
            when status in ('accepted', 'working')
                then {{ add_days('responded_on', var('working_days')) }}
            else snoozed_until
        end as ends_on
    from ranked_responses
    where response_rank = 1

)

select
    entity_type,
    entity_id,
    status,
    case
        when status = 'rejected'
            then
                'turned down by sales on ' || cast(responded_on as {{ dbt.type_string() }})
                || ', rests until ' || cast(ends_on as {{ dbt.type_string() }})
                || coalesce(': ' || reason, '')
        when status in ('accepted', 'working')
            then
                'with sales since ' || cast(responded_on as {{ dbt.type_string() }})
                || ' (' || status || ')'
        else
            'snoozed by sales until ' || cast(ends_on as {{ dbt.type_string() }})
            || coalesce(': ' || reason, '')
    end as reason,
    ends_on
from latest_responses
where ends_on > as_of_date
