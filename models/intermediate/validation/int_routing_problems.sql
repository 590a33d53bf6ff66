with

definition_rules as (

    {{ config_rows('definition_rules') }}

),

fit_rules as (

    {{ config_rows('fit_rules') }}

),

routing_rules as (

    {{ config_rows('routing_rules') }}

),

rules as (

    select
        definition_id,
        row_key,
        requires_signal_id,
        coalesce(requires_hand_raise = 'true', false) as requires_hand_raise,
        coalesce(requires_qualified = 'true', false) as requires_qualified,
        min_employees is not null or max_employees is not null as requires_size,
        case when definition_id = '*' then 1 else 0 end as is_for_all,
        {{ try_decimal('priority') }} as priority,
        {{ try_decimal('min_score') }} as min_score,
        {{ try_decimal('max_score') }} as max_score,
        coalesce({{ try_decimal('min_score') }}, 0) as score_from,
        coalesce({{ try_decimal('max_score') }}, {{ config_largest_number() }} + 1) as score_to,
        {{ try_decimal('min_employees') }} as min_employees,
        {{ try_decimal('max_employees') }} as max_employees,
        coalesce({{ try_decimal('min_employees') }}, 0) as size_from,
        coalesce({{ try_decimal('max_employees') }}, {{ config_largest_number() }}) + 1 as size_to
    from routing_rules

),

empty_rules as (

    select
        'routing_rules.csv' as file_name,
        row_key,
        'max_score' as column_name,
        'is not above min_score, so that the rule never matches' as problem,
        'write a number above min_score, or leave one of the two blank' as suggested_fix,
        'warning' as severity
    from rules
    where max_score <= min_score

    union all

    select
        'routing_rules.csv' as file_name,
        row_key,
        'max_employees' as column_name,
        'is below min_employees, so that the rule never matches' as problem,
        'write a number of at least min_employees, or leave one of the two blank' as suggested_fix,
        'warning' as severity
    from rules
    where max_employees < min_employees

),

definition_facts as (

    select
        definition_id,
        sum(case when effect = 'hand_raise' then 1 else 0 end) as hand_raise_rules,
        sum(case when points > 0 then 1 else 0 end) as point_rules
    from (
        select
            definition_id,
            effect,
            {{ try_decimal('points') }} as points
        from definition_rules
        union all
        select
            definition_id,
            effect,
            {{ try_decimal('points') }} as points
        from fit_rules
    ) as lines
    group by definition_id

),

hopeless_rules as (

    select
        'routing_rules.csv' as file_name,
        rules.row_key,
        'min_score' as column_name,
        'no rule of ' || rules.definition_id || ' gives points, so that the rule never matches'
            as problem,
        'leave the cell blank, or give the rules in definition_rules.csv points' as suggested_fix,
        'warning' as severity
    from rules
    inner join definition_facts
        on rules.definition_id = definition_facts.definition_id
    where rules.min_score > 0 and definition_facts.point_rules = 0

    union all

    select
        'routing_rules.csv' as file_name,
        rules.row_key,
        'requires_hand_raise' as column_name,
        'no rule of ' || rules.definition_id || ' is a hand_raise, so that the rule never matches'
            as problem,
        'leave the cell blank, or give a rule in definition_rules.csv the effect hand_raise'
            as suggested_fix,
        'warning' as severity
    from rules
    inner join definition_facts
        on rules.definition_id = definition_facts.definition_id
    where rules.requires_hand_raise and definition_facts.hand_raise_rules = 0

),

-- an earlier rule that asks for nothing more leaves nothing for the later one
shadowed_rules as (

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
                    and rules.is_for_all > earlier_rules.is_for_all
                )
            )
            and (rules.requires_hand_raise or not earlier_rules.requires_hand_raise)
            and (rules.requires_qualified or not earlier_rules.requires_qualified)
            and (
                earlier_rules.requires_signal_id is null
                or rules.requires_signal_id = earlier_rules.requires_signal_id
            )
            and (rules.requires_size or not earlier_rules.requires_size)
            and rules.score_from >= earlier_rules.score_from
            and rules.score_to <= earlier_rules.score_to
            and rules.size_from >= earlier_rules.size_from
            and rules.size_to <= earlier_rules.size_to
    where rules.score_from < rules.score_to and rules.size_from < rules.size_to
    group by rules.row_key

),

hole_problems as (

    select
        'routing_rules.csv' as file_name,
        definition_id as row_key,
        '' as column_name,
        'whoever is not qualified and has '
        || case
            when score_from = 0 and score_to is null then 'any score'
            when score_to is null
                then 'a score of ' || {{ format_number('score_from') }} || ' or more'
            else
                'a score from ' || {{ format_number('score_from') }}
                || ' to below ' || {{ format_number('score_to') }}
        end
        || ' and '
        || case
            when not is_by_size then 'any number of'
            when size_from is null then 'an unknown number of'
            when size_to is null
                then {{ format_number('size_from') }} || ' or more'
            else
                {{ format_number('size_from') }} || ' to '
                || {{ format_number('size_to - 1') }}
        end
        || ' employees may match no row' as problem,
        'add a last row without conditions, such as priority 90, tier low, motion self_serve, for '
        || definition_id || ' or for *' as suggested_fix,
        'error' as severity
    from {{ ref('int_routing_gaps') }}

)

select * from empty_rules
union all
select * from hopeless_rules
union all
select * from shadowed_rules
union all
select * from hole_problems
