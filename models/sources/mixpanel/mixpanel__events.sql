{%- if execute and not (var('sources').get('mixpanel') or {}).timezone -%}
    {{ raw_error(
        'vars: sources',
        'mixpanel does not say in which zone its times are; give it the timezone of the project, '
        ~ 'such as timezone: UTC'
    ) }}
{%- endif -%}

select
    -- an insert_id is unique within a name and a distinct_id alone
    event_name
    || '|' || coalesce(distinct_id, '')
    || '|' || coalesce(insert_id, cast(occurred_at as {{ dbt.type_string() }})) as event_id,
    event_name,
    user_id,
    distinct_id as anonymous_id,
    nullif(account_id, '[]') as account_id,
    coalesce(properties, other_columns) as properties,
    occurred_at,
    received_at
from {{ source_rows('mixpanel', 'events') }} as events
