{#- Memory, not a function of raw: a full refresh keeps it, and a build of a past day leaves it
    alone. The run's start is stamped on each row. -#}
{{ config(
    materialized='incremental',
    incremental_strategy=append_strategy(),
    on_schema_change='append_new_columns',
    pre_hook="{{ forget_users(\"case when entity_type = 'user' then entity_id end\") }}",
    full_refresh=false,
) }}
-- depends_on: {{ ref('stg_product__forgotten_hashes') }}, {{ ref('int_lead_changes') }}
{%- set text = dbt.type_string() %}

with

definitions as (

    select
        definitions.definition_key,
        definitions.definition_id,
        definitions.definition_version,
        fingerprints.fingerprint
    from {{ ref('stg_config__definitions') }} as definitions
    inner join {{ ref('int_definition_fingerprints') }} as fingerprints
        on definitions.definition_key = fingerprints.definition_key
    where definitions.status = 'live'

),

leads as (

    select
        leads.*,
        definitions.fingerprint
    from {{ ref('int_leads') }} as leads
    inner join definitions
        on leads.definition_key = definitions.definition_key

),

published as (

    {% if is_incremental() -%}
    select
        *,
        row_number() over (
            partition by
                definition_id,
                entity_type,
                entity_id,
                case when entity_id is null then definition_version end
            order by published_at desc
        ) as recency
    from {{ this }}
    {%- else -%}
    select
        definition_id,
        definition_version,
        entity_type,
        entity_id,
        cast(null as {{ text }}) as change,
        fingerprint as definition_fingerprint,
        1 as recency
    from leads
    where 1 = 0
    {%- endif %}

),

last_published as (

    select * from published
    where recency = 1

),

-- a definition has a row of its own when it is first published, and when it is edited in place
changes as (

    select
        definitions.definition_id,
        definitions.definition_version,
        cast(null as {{ text }}) as entity_type,
        cast(null as {{ text }}) as entity_id,
        case
            when last_published.definition_id is null then 'definition_published'
            else 'definition_edited'
        end as change,
        definitions.fingerprint as definition_fingerprint,
        cast(null as {{ text }}) as top_reasons,
        cast(null as decimal(18, 2)) as score
    from definitions
    left join last_published
        on
            definitions.definition_id = last_published.definition_id
            and definitions.definition_version = last_published.definition_version
            and last_published.entity_id is null
    where
        last_published.definition_id is null
        or last_published.definition_fingerprint <> definitions.fingerprint
    union all
    select
        coalesce(leads.definition_id, last_published.definition_id) as definition_id,
        coalesce(leads.definition_version, last_published.definition_version)
            as definition_version,
        coalesce(leads.entity_type, last_published.entity_type) as entity_type,
        coalesce(leads.entity_id, last_published.entity_id) as entity_id,
        case
            when leads.is_qualified then 'qualified'
            when leads.entity_id is not null then 'lapsed'
            else 'withdrawn'
        end as change,
        coalesce(leads.fingerprint, last_published.definition_fingerprint)
            as definition_fingerprint,
        leads.top_reasons,
        leads.score
    from leads
    full outer join last_published
        on
            leads.definition_id = last_published.definition_id
            and leads.entity_type = last_published.entity_type
            and leads.entity_id = last_published.entity_id
    left join {{ ref('int_held_leads') }} as held_leads
        on
            leads.definition_id = held_leads.definition_id
            and leads.entity_type = held_leads.entity_type
            and leads.entity_id = held_leads.entity_id
    where
        coalesce(leads.is_qualified, false) <> coalesce(last_published.change = 'qualified', false)
        and held_leads.entity_id is null

)

select
    changes.definition_id,
    changes.definition_version,
    changes.entity_type,
    changes.entity_id,
    changes.change,
    changes.definition_fingerprint,
    changes.top_reasons,
    changes.score,
    as_of.as_of_date,
    {{ run_start() }} as published_at
from changes
inner join {{ ref('int_as_of') }} as as_of
    on {{ "1 = 0" if var('as_of') else "as_of.as_of_date is not null" }}
