{%- set beyond = config_largest_number() ~ " + 1" -%}

with

routing_rules as (

    {{ config_rows('routing_rules') }}

),

definition_facts as (

    select
        definition_id,
        sum(most_points) as most_points,
        sum(hand_raise_rules) as hand_raise_rules
    from {{ ref('int_definition_max_scores') }}
    group by definition_id

),

-- a blank upper bound is above all others, and an unknown size, for blank bounds only, below
rules as (

    select
        routing_rules.definition_id,
        routing_rules.row_key,
        routing_rules.requires_signal_id,
        {{ try_decimal('routing_rules.priority') }} as priority,
        coalesce({{ try_decimal('routing_rules.min_score') }}, 0) as score_from,
        coalesce({{ try_decimal('routing_rules.max_score') }}, {{ beyond }}) as score_to,
        coalesce(
            {{ try_decimal('routing_rules.min_employees') }},
            case when routing_rules.max_employees is null then -1 else 0 end
        ) as size_from,
        coalesce({{ try_decimal('routing_rules.max_employees') }} + 1, {{ beyond }}) as size_to,
        coalesce(routing_rules.requires_hand_raise = 'true', false) as requires_hand_raise,
        coalesce(routing_rules.requires_qualified = 'true', false) as requires_qualified,
        definition_facts.most_points,
        definition_facts.hand_raise_rules
    from routing_rules
    left join definition_facts
        on routing_rules.definition_id = definition_facts.definition_id

)

select
    'routing_rules.csv' as file_name,
    row_key,
    'max_score' as column_name,
    'is not above min_score, so that the rule never matches' as problem,
    'write a number above min_score, or leave one of the two blank' as suggested_fix,
    'warning' as severity
from rules
where score_to <= score_from

union all

select
    'routing_rules.csv' as file_name,
    row_key,
    'max_employees' as column_name,
    'is below min_employees, so that the rule never matches' as problem,
    'write a number of at least min_employees, or leave one of the two blank' as suggested_fix,
    'warning' as severity
from rules
where size_to <= size_from

union all

select
    'routing_rules.csv' as file_name,
    row_key,
    'min_score' as column_name,
    'no rule of ' || definition_id || ' gives points, so that the rule never matches' as problem,
    'leave the cell blank, or give the rules in definition_rules.csv points' as suggested_fix,
    'warning' as severity
from rules
where score_from > 0 and most_points = 0

union all

select
    'routing_rules.csv' as file_name,
    row_key,
    'requires_hand_raise' as column_name,
    'no rule of ' || definition_id || ' is a hand_raise, so that the rule never matches'
        as problem,
    'leave the cell blank, or give a rule in definition_rules.csv the effect hand_raise'
        as suggested_fix,
    'warning' as severity
from rules
where requires_hand_raise and hand_raise_rules = 0

union all

-- an earlier rule that asks for nothing more leaves nothing for the later one
select
    'routing_rules.csv' as file_name,
    rules.row_key,
    'priority' as column_name,
    'comes after row ' || min(earlier_rules.row_key)
    || ', which matches all that this row matches, so that it never decides' as problem,
    'give it a lower number, ask for more in that row, or take it out' as suggested_fix,
    'warning' as severity
from rules
inner join rules as earlier_rules
    on
        earlier_rules.definition_id in (rules.definition_id, '*')
        and (
            rules.priority > earlier_rules.priority
            or (
                rules.priority = earlier_rules.priority
                and rules.definition_id = '*'
                and earlier_rules.definition_id <> '*'
            )
        )
        and (rules.requires_hand_raise or not earlier_rules.requires_hand_raise)
        and (rules.requires_qualified or not earlier_rules.requires_qualified)
        and (
            earlier_rules.requires_signal_id is null
            or rules.requires_signal_id = earlier_rules.requires_signal_id
        )
        and rules.score_from >= earlier_rules.score_from
        and rules.score_to <= earlier_rules.score_to
        and rules.size_from >= earlier_rules.size_from
        and rules.size_to <= earlier_rules.size_to
where rules.score_from < rules.score_to and rules.size_from < rules.size_to
group by rules.row_key
