{%- set keys = ["definition_id", "definition_version", "entity_type", "entity_id"] -%}
{%- set text = dbt.type_string() -%}

with

definitions as (

    select * from {{ ref('int_definitions') }}
    where status = 'live'

),

lines as (

    select
        reasons.*,
        definitions.definition_key,
        definitions.score_threshold
    from {{ ref('pql_reasons') }} as reasons
    inner join definitions
        on
            reasons.definition_id = definitions.definition_id
            and reasons.definition_version = definitions.definition_version

),

-- anything they do ends the idle days, and gives back what those took
sums as (

    select
        definition_key,
        {{ keys | join(',\n        ') }},
        score_threshold - sum(points) as points_missing,
        score_threshold
        - sum(case when source = 'decay' then 0 else points end) as points_missing_if_active
    from lines
    group by definition_key, {{ keys | join(', ') }}, score_threshold

),

rule_lines as (

    select
        lines.*,
        signals.signal_name,
        signals.measure,
        definition_rules.points * (lines.awards + 1) - lines.points as gain,
        lines.minimum * (lines.awards + 1) - lines.value as missing_value,
        lines.awards < definition_rules.max_awards as has_award_left
    from lines
    inner join {{ ref('int_definition_rules') }} as definition_rules
        on
            lines.definition_key = definition_rules.definition_key
            and lines.rule_id = definition_rules.rule_id
    inner join {{ ref('int_signals') }} as signals
        on lines.signal_id = signals.signal_id
    where lines.source = 'rule'

),

capped_categories as (

    select distinct
        {{ keys | join(',\n        ') }},
        category
    from lines
    where source = 'cap'

),

-- the rule that comes nearest to meeting a group of which none is met
ranked_requirements as (

    select
        *,
        max(case when is_met then 1 else 0 end) over (
            partition by {{ keys | join(', ') }}, requirement_group
        ) as is_group_met,
        row_number() over (
            partition by {{ keys | join(', ') }}, requirement_group
            order by value / nullif(minimum, 0) desc nulls last, rule_id
        ) as nearness
    from rule_lines
    where requirement_group is not null

),

requirement_gaps as (

    select
        {{ keys | join(',\n        ') }},
        requirement_group as gap_id,
        'needs: ' || signal_name || ' (' || {{ number_in_words('value') }} || ' of '
        || coalesce({{ number_in_words('minimum') }}, 'an unknown number') || ')' as gap,
        1 as gap_type
    from ranked_requirements
    where is_group_met = 0 and nearness = 1

),

-- acts that close the gap in points when done once more
closing_acts as (

    select
        rule_lines.definition_id,
        rule_lines.definition_version,
        rule_lines.entity_type,
        rule_lines.entity_id,
        rule_lines.signal_name,
        row_number() over (
            partition by
                rule_lines.definition_id,
                rule_lines.definition_version,
                rule_lines.entity_type,
                rule_lines.entity_id
            order by rule_lines.gain desc, rule_lines.rule_id
        ) as act_rank
    from rule_lines
    inner join sums
        on
            rule_lines.definition_id = sums.definition_id
            and rule_lines.definition_version = sums.definition_version
            and rule_lines.entity_type = sums.entity_type
            and rule_lines.entity_id = sums.entity_id
    left join capped_categories
        on
            rule_lines.definition_id = capped_categories.definition_id
            and rule_lines.definition_version = capped_categories.definition_version
            and rule_lines.entity_type = capped_categories.entity_type
            and rule_lines.entity_id = capped_categories.entity_id
            and rule_lines.category = capped_categories.category
    where
        rule_lines.effect = 'score'
        and rule_lines.has_award_left
        and rule_lines.measure <> 'sum'
        and rule_lines.missing_value <= 1
        and rule_lines.gain >= sums.points_missing_if_active
        and capped_categories.category is null

),

acts_in_words as (

    select
        {{ keys | join(',\n        ') }},
        max(case when act_rank = 1 then signal_name end)
        || coalesce(', or ' || max(case when act_rank = 2 then signal_name end), '') as acts
    from closing_acts
    group by {{ keys | join(', ') }}

),

point_gaps as (

    select
        sums.definition_id,
        sums.definition_version,
        sums.entity_type,
        sums.entity_id,
        'points' as gap_id,
        {{ number_in_words('sums.points_missing') }}
        || case when sums.points_missing = 1 then ' more point' else ' more points' end
        || coalesce('; once more would do: ' || acts_in_words.acts, '') as gap,
        3 as gap_type
    from sums
    left join acts_in_words
        on
            sums.definition_id = acts_in_words.definition_id
            and sums.definition_version = acts_in_words.definition_version
            and sums.entity_type = acts_in_words.entity_type
            and sums.entity_id = acts_in_words.entity_id
    where sums.points_missing > 0

),

activity_gaps as (

    select
        definitions.definition_id,
        definitions.definition_version,
        entities.entity_type,
        entities.entity_id,
        'activity' as gap_id,
        'needs: activity in the last '
        || cast(definitions.active_within_days as {{ text }}) || ' days' as gap,
        2 as gap_type
    from {{ ref('int_entities') }} as entities
    cross join {{ ref('int_clock') }} as clock
    inner join definitions
        on
            entities.entity_type = definitions.entity_type
            and {{ dbt.datediff('entities.last_active_on', 'clock.as_of_date', 'day') }}
            >= definitions.active_within_days

),

gaps as (

    select * from requirement_gaps
    union all
    select * from activity_gaps
    union all
    select * from point_gaps

),

ranked_gaps as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }} order by gap_type, gap_id
        ) as gap_rank
    from gaps

),

gaps_in_words as (

    select
        {{ keys | join(',\n        ') }},
        max(case when gap_rank = 1 then gap end)
        || coalesce('; ' || max(case when gap_rank = 2 then gap end), '')
        || coalesce('; ' || max(case when gap_rank = 3 then gap end), '')
        || case when max(gap_rank) > 3 then '; and more' else '' end as gap
    from ranked_gaps
    group by {{ keys | join(', ') }}

)

select
    sums.definition_key,
    sums.entity_type,
    sums.entity_id,
    gaps_in_words.gap,
    cast(greatest(sums.points_missing, 0) as decimal(18, 2)) as points_to_threshold
from sums
left join gaps_in_words
    on
        sums.definition_id = gaps_in_words.definition_id
        and sums.definition_version = gaps_in_words.definition_version
        and sums.entity_type = gaps_in_words.entity_type
        and sums.entity_id = gaps_in_words.entity_id
