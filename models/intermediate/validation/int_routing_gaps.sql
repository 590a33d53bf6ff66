with

definitions as (

    {{ config_rows('definitions') }}

),

routing_rules as (

    {{ config_rows('routing_rules') }}

),

live_definitions as (

    select distinct definition_id
    from definitions
    where status = 'live'

),

-- who is not qualified, raised no hand and shows no signal matches the fewest rules: if these
-- cover every score and size, everybody matches one
unconditional_rules as (

    select
        live_definitions.definition_id,
        routing_rules.min_employees is not null
        or routing_rules.max_employees is not null as requires_size,
        coalesce({{ try_decimal('routing_rules.min_score') }}, 0) as score_from,
        coalesce({{ try_decimal('routing_rules.max_score') }}, {{ config_largest_number() }} + 1)
            as score_to,
        coalesce({{ try_decimal('routing_rules.min_employees') }}, 0) as size_from,
        coalesce({{ try_decimal('routing_rules.max_employees') }}, {{ config_largest_number() }})
        + 1 as size_to
    from routing_rules
    inner join live_definitions
        on routing_rules.definition_id in (live_definitions.definition_id, '*')
    where
        coalesce(routing_rules.requires_hand_raise, 'false') <> 'true'
        and coalesce(routing_rules.requires_qualified, 'false') <> 'true'
        and routing_rules.requires_signal_id is null

),

rules as (

    select * from unconditional_rules
    where score_from < score_to and size_from < size_to

),

score_starts as (

    select
        definition_id,
        cast(0 as decimal(28, 6)) as score_from
    from live_definitions
    union
    select
        definition_id,
        score_from
    from rules
    union
    select
        definition_id,
        score_to as score_from
    from rules

),

size_starts as (

    select
        definition_id,
        cast(0 as decimal(28, 6)) as size_from,
        true as is_size_known
    from live_definitions
    union
    select
        definition_id,
        cast(null as decimal(28, 6)) as size_from,
        false as is_size_known
    from live_definitions
    union
    select
        definition_id,
        size_from,
        true as is_size_known
    from rules
    union
    select
        definition_id,
        size_to as size_from,
        true as is_size_known
    from rules

),

score_bands as (

    select
        *,
        lead(score_from) over (partition by definition_id order by score_from) as score_to
    from score_starts
    where score_from <= {{ config_largest_number() }}

),

size_bands as (

    select
        *,
        lead(size_from) over (
            partition by definition_id, is_size_known order by size_from
        ) as size_to
    from size_starts
    where not is_size_known or size_from <= {{ config_largest_number() }}

),

holes as (

    select
        score_bands.definition_id,
        score_bands.score_from,
        score_bands.score_to,
        size_bands.size_from,
        size_bands.size_to,
        row_number() over (
            partition by score_bands.definition_id
            order by score_bands.score_from, size_bands.is_size_known, size_bands.size_from
        ) as hole_rank
    from score_bands
    inner join size_bands
        on score_bands.definition_id = size_bands.definition_id
    left join rules
        on
            score_bands.definition_id = rules.definition_id
            and score_bands.score_from >= rules.score_from
            and score_bands.score_from < rules.score_to
            and (
                not rules.requires_size
                or (
                    size_bands.size_from >= rules.size_from
                    and size_bands.size_from < rules.size_to
                )
            )
    where rules.definition_id is null

),

sized_definitions as (

    select distinct definition_id
    from rules
    where requires_size

)

select
    holes.definition_id,
    holes.score_from,
    holes.score_to,
    holes.size_from,
    holes.size_to,
    sized_definitions.definition_id is not null as is_by_size
from holes
left join sized_definitions
    on holes.definition_id = sized_definitions.definition_id
where holes.hole_rank = 1
