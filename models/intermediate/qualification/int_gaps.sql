{%- set keys = ["definition_key", "entity_type", "entity_id"] -%}
{%- set text = dbt.type_string() -%}

with

definitions as (

    select * from {{ ref('int_definitions') }}
    where status = 'live'

),

lines as (

    select reasons.*
    from {{ ref('int_reasons') }} as reasons
    inner join definitions
        on reasons.definition_key = definitions.definition_key

),

line_sums as (

    select
        {{ keys | join(',\n        ') }},
        sum(points) as points,
        sum(case when source = 'decay' then 0 else points end) as active_points
    from lines
    group by {{ keys | join(', ') }}

),

-- anything they do ends the idle days, and gives back what those took
sums as (

    select
        definitions.definition_key,
        entities.entity_type,
        entities.entity_id,
        {{ dbt.datediff(
            'entities.last_active_on', 'clock.as_of_date', 'day'
        ) }} as idle_days,
        definitions.active_within_days,
        -- a score is never below 0: a threshold of 0 is always reached
        case
            when definitions.score_threshold <= 0 then 0
            else definitions.score_threshold - coalesce(line_sums.points, 0)
        end as points_missing,
        definitions.score_threshold - coalesce(line_sums.active_points, 0)
            as points_missing_if_active
    from {{ ref('int_entities') }} as entities
    inner join definitions
        on entities.entity_type = definitions.entity_type
    cross join {{ ref('int_clock') }} as clock
    left join line_sums
        on
            definitions.definition_key = line_sums.definition_key
            and entities.entity_type = line_sums.entity_type
            and entities.entity_id = line_sums.entity_id

),

-- a built-in event is nobody's act
act_signals as (

    select distinct signal_id from {{ ref('int_signal_events') }}
    where event_name not like '@%'

),

rule_lines as (

    select
        lines.*,
        signals.signal_name,
        definition_rules.points
        * case
            when lines.awards >= definition_rules.max_awards then definition_rules.max_awards
            when lines.minimum * (lines.awards + 1) - lines.value <= 1 then lines.awards + 1
            else lines.awards
        end
        - lines.points as gain,
        lines.effect = 'score'
        and signals.measure <> 'sum'
        and act_signals.signal_id is not null as is_act
    from lines
    inner join {{ ref('int_definition_rules') }} as definition_rules
        on
            lines.definition_key = definition_rules.definition_key
            and lines.rule_id = definition_rules.rule_id
    inner join {{ ref('int_signals') }} as signals
        on lines.signal_id = signals.signal_id
    left join act_signals
        on lines.signal_id = act_signals.signal_id
    where lines.source = 'rule'

),

-- the rule that comes nearest to meeting a group of which none is met
ranked_requirements as (

    select
        *,
        max(case when is_met then 1 else 0 end) over (
            partition by {{ keys | join(', ') }}, requirement_group
        ) as is_group_met,
        count(*) over (
            partition by {{ keys | join(', ') }}, requirement_group
        ) as group_size,
        row_number() over (
            partition by {{ keys | join(', ') }}, requirement_group
            order by value / nullif(minimum, 0) desc nulls last, minimum - value, rule_id
        ) as nearness
    from rule_lines
    where requirement_group is not null

),

requirement_gaps as (

    select
        {{ keys | join(',\n        ') }},
        requirement_group as gap_id,
        'needs: ' || signal_name || ' (' || {{ number_in_words('value') }} || ' of '
        || coalesce({{ number_in_words('minimum') }}, 'an unknown number') || ')'
        || case
            when group_size = 1 then ''
            when group_size = 2 then ' or 1 other'
            else ' or ' || cast(group_size - 1 as {{ text }}) || ' others'
        end as gap,
        1 as gap_type
    from ranked_requirements
    where is_group_met = 0 and nearness = 1

),

activity_gaps as (

    select
        {{ keys | join(',\n        ') }},
        'activity' as gap_id,
        'needs: activity in the last ' || cast(active_within_days as {{ text }}) || ' days' as gap,
        2 as gap_type
    from sums
    where idle_days >= active_within_days

),

-- what the caps leave to gain
capped_categories as (

    select
        lines.definition_key,
        lines.entity_type,
        lines.entity_id,
        lines.category,
        category_caps.max_points - sum(lines.points) as most_gain
    from lines
    inner join {{ ref('int_category_caps') }} as category_caps
        on
            lines.definition_key = category_caps.definition_key
            and lines.category = category_caps.category
    where lines.source = 'rule'
    group by
        lines.definition_key,
        lines.entity_type,
        lines.entity_id,
        lines.category,
        category_caps.max_points

),

-- acts that, done once more, close the gap in points by themselves
closing_acts as (

    select
        rule_lines.definition_key,
        rule_lines.entity_type,
        rule_lines.entity_id,
        rule_lines.signal_name,
        max(rule_lines.gain) as gain
    from rule_lines
    inner join sums
        on
            rule_lines.definition_key = sums.definition_key
            and rule_lines.entity_type = sums.entity_type
            and rule_lines.entity_id = sums.entity_id
    left join capped_categories
        on
            rule_lines.definition_key = capped_categories.definition_key
            and rule_lines.entity_type = capped_categories.entity_type
            and rule_lines.entity_id = capped_categories.entity_id
            and rule_lines.category = capped_categories.category
    where
        rule_lines.is_act
        and rule_lines.gain >= sums.points_missing_if_active
        and (
            capped_categories.most_gain is null
            or capped_categories.most_gain >= sums.points_missing_if_active
        )
    group by
        rule_lines.definition_key,
        rule_lines.entity_type,
        rule_lines.entity_id,
        rule_lines.signal_name

),

ranked_acts as (

    select
        *,
        row_number() over (
            partition by {{ keys | join(', ') }} order by gain desc, signal_name
        ) as act_rank
    from closing_acts

),

acts_in_words as (

    select
        {{ keys | join(',\n        ') }},
        max(case when act_rank = 1 then signal_name end)
        || coalesce(', or ' || max(case when act_rank = 2 then signal_name end), '') as acts
    from ranked_acts
    group by {{ keys | join(', ') }}

),

point_gaps as (

    select
        sums.definition_key,
        sums.entity_type,
        sums.entity_id,
        'points' as gap_id,
        {{ number_in_words('sums.points_missing') }}
        || case when sums.points_missing = 1 then ' more point' else ' more points' end
        || case
            when sums.points_missing_if_active <= 0 then '; any activity would do'
            else coalesce('; once more would do: ' || acts_in_words.acts, '')
        end as gap,
        3 as gap_type
    from sums
    left join acts_in_words
        on
            sums.definition_key = acts_in_words.definition_key
            and sums.entity_type = acts_in_words.entity_type
            and sums.entity_id = acts_in_words.entity_id
    where sums.points_missing > 0

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
    cast(
        case when sums.points_missing < 0 then 0 else sums.points_missing end as decimal(18, 2)
    ) as points_to_threshold
from sums
left join gaps_in_words
    on
        sums.definition_key = gaps_in_words.definition_key
        and sums.entity_type = gaps_in_words.entity_type
        and sums.entity_id = gaps_in_words.entity_id
