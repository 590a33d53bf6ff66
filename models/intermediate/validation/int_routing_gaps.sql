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

-- who is not qualified, raised no hand and shows no signal matches the fewest rules
unconditional_rules as (

    select
        live_definitions.definition_id,
        coalesce(routing_rules.min_employees, routing_rules.max_employees) is not null
            as is_by_size,
        coalesce({{ try_decimal('routing_rules.min_score') }}, 0) as score_from,
        coalesce({{ try_decimal('routing_rules.max_score') }}, {{ config_largest_number() }} + 1)
            as score_to
    from routing_rules
    inner join live_definitions
        on routing_rules.definition_id in (live_definitions.definition_id, '*')
    where
        coalesce(routing_rules.requires_hand_raise, 'false') <> 'true'
        and coalesce(routing_rules.requires_qualified, 'false') <> 'true'
        and routing_rules.requires_signal_id is null
        and coalesce(
            {{ try_decimal('routing_rules.min_employees') }}
            <= {{ try_decimal('routing_rules.max_employees') }},
            true
        )

),

rules as (

    select * from unconditional_rules
    where score_from < score_to

),

score_starts as (

    select
        definition_id,
        cast(0 as decimal(28, 6)) as score_from
    from live_definitions
    {{ union_distinct() }}
    select
        definition_id,
        score_from
    from rules
    {{ union_distinct() }}
    select
        definition_id,
        score_to as score_from
    from rules

),

score_bands as (

    select
        *,
        lead(score_from) over (partition by definition_id order by score_from) as score_to
    from score_starts
    where score_from <= {{ config_largest_number() }}

),

-- an unknown size matches only rules without one: if these cover every score, everybody matches one
gaps as (

    select
        score_bands.*,
        row_number() over (
            partition by score_bands.definition_id order by score_bands.score_from
        ) as gap_rank
    from score_bands
    left join rules
        on
            score_bands.definition_id = rules.definition_id
            and score_bands.score_from >= rules.score_from
            and score_bands.score_from < rules.score_to
            and not rules.is_by_size
    where rules.definition_id is null

),

sized_definitions as (

    select distinct definition_id
    from rules
    where is_by_size

)

select
    'routing_rules.csv' as file_name,
    gaps.definition_id as row_key,
    '' as column_name,
    'whoever is not qualified and has '
    || case
        when gaps.score_from = 0 and gaps.score_to is null then 'any score'
        when gaps.score_to is null
            then 'a score of ' || {{ format_number('gaps.score_from') }} || ' or more'
        else
            'a score from ' || {{ format_number('gaps.score_from') }}
            || ' to below ' || {{ format_number('gaps.score_to') }}
    end
    || ' and '
    || case when sized_definitions.definition_id is null then 'any' else 'an unknown' end
    || ' number of employees may match no row' as problem,
    'add a last row without conditions, such as priority 90, tier low, motion self_serve, for '
    || gaps.definition_id || ' or for *' as suggested_fix,
    'error' as severity
from gaps
left join sized_definitions
    on gaps.definition_id = sized_definitions.definition_id
where gaps.gap_rank = 1
