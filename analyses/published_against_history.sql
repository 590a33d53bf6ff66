-- Where what was said on a day differs from what is known of that day now, and why. pql_published
-- is what was said; pql_history is restated whenever more becomes known.
with

live_definitions as (

    select distinct
        definition_id,
        definition_version
    from {{ ref('pql_definitions') }}
    where status = 'live'

),

ranked_fingerprints as (

    select
        definition_id,
        definition_version,
        definition_fingerprint,
        row_number() over (
            partition by definition_id, definition_version order by published_at desc
        ) as recency
    from {{ ref('pql_published') }}
    where entity_id is null

),

fingerprints as (

    select * from ranked_fingerprints
    where recency = 1

),

published as (

    select * from {{ ref('pql_published') }}
    where entity_id is not null and change in ('qualified', 'lapsed')

),

compared as (

    select
        published.definition_id,
        published.entity_type,
        published.entity_id,
        published.as_of_date,
        published.change as was_published_as,
        case
            when history.entity_id is null then 'not there'
            when history.is_qualified then 'qualified'
            else 'lapsed'
        end as is_known_as,
        case
            when live_definitions.definition_version <> published.definition_version
                then 'new version of the definition'
            when fingerprints.definition_fingerprint <> published.definition_fingerprint
                then 'definition edited in place'
            when history.entity_id is null then 'merged, excluded or deleted since'
            else 'late events, or other data that came later'
        end as reason,
        published.score as published_score,
        history.score as known_score,
        published.published_at
    from published
    inner join live_definitions
        on published.definition_id = live_definitions.definition_id
    left join fingerprints
        on
            live_definitions.definition_id = fingerprints.definition_id
            and live_definitions.definition_version = fingerprints.definition_version
    left join {{ ref('pql_history') }} as history
        on
            live_definitions.definition_id = history.definition_id
            and live_definitions.definition_version = history.definition_version
            and published.entity_type = history.entity_type
            and published.entity_id = history.entity_id
            and published.as_of_date >= history.valid_from
            and (history.valid_to is null or published.as_of_date < history.valid_to)

)

select * from compared
where was_published_as <> is_known_as
order by definition_id, entity_type, entity_id, as_of_date
