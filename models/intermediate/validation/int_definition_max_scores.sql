with

signals as (

    {{ config_rows('signals') }}

),

definition_rules as (

    {{ config_rows('definition_rules') }}

),

fit_rules as (

    {{ config_rows('fit_rules') }}

),

category_caps as (

    {{ config_rows('category_caps') }}

),

rules as (

    select
        definition_rules.definition_key,
        definition_rules.definition_id,
        definition_rules.requirement_group,
        coalesce(definition_rules.effect, 'score') as effect,
        coalesce(signals.category, '') as category,
        coalesce({{ try_decimal('definition_rules.points') }}, 0) as points,
        coalesce({{ try_decimal('definition_rules.max_awards') }}, 1) as max_awards
    from definition_rules
    left join signals
        on definition_rules.signal_id = signals.signal_id

),

category_sums as (

    select
        rules.definition_key,
        rules.definition_id,
        rules.category,
        least(
            sum(
                case
                    when rules.points > 0 and rules.effect <> 'disqualify'
                        then rules.points * rules.max_awards
                    else 0
                end
            ),
            coalesce(
                min({{ try_decimal('category_caps.max_points') }}), {{ config_largest_number() }}
            )
        ) as most_points,
        sum(case when rules.effect = 'score' and rules.points <> 0 then 1 else 0 end)
            as scoring_rules,
        sum(case when rules.effect = 'hand_raise' then 1 else 0 end) as hand_raise_rules,
        sum(case when rules.requirement_group is not null then 1 else 0 end) as required_rules
    from rules
    left join category_caps
        on
            rules.definition_key = category_caps.definition_key
            and rules.category = category_caps.category
    group by rules.definition_key, rules.definition_id, rules.category

),

sums as (

    select
        definition_key,
        definition_id,
        most_points,
        scoring_rules,
        hand_raise_rules,
        required_rules
    from category_sums
    union all
    select
        definition_key,
        definition_id,
        {{ try_decimal('points') }} as most_points,
        0 as scoring_rules,
        0 as hand_raise_rules,
        0 as required_rules
    from fit_rules
    where effect = 'points' and {{ try_decimal('points') }} > 0

)

select
    definition_key,
    definition_id,
    cast(sum(most_points) as decimal(18, 2)) as most_points,
    sum(scoring_rules) as scoring_rules,
    sum(hand_raise_rules) as hand_raise_rules,
    sum(required_rules) as required_rules
from sums
group by definition_key, definition_id
