with

signals as (

    {{ config_rows('signals') }}

),

definitions as (

    {{ config_rows('definitions') }}

),

definition_rules as (

    {{ config_rows('definition_rules') }}

),

category_caps as (

    {{ config_rows('category_caps') }}

),

-- the rules with what is said of them elsewhere, blank cells and all
rules as (

    select
        definition_rules.definition_key,
        definition_rules.row_key,
        definition_rules.signal_id,
        definition_rules.requirement_group,
        definitions.row_key as definition_row_key,
        signals.category,
        signals.measure,
        signals.window_days,
        signals.signal_id is not null as is_of_known_signal,
        coalesce(definition_rules.effect, 'score') as effect,
        case
            when {{ try_decimal('definition_rules.max_awards') }} = 0 then 'max_awards'
            when definition_rules.min_value_of is not null then null
            when
                signals.measure = 'days'
                and coalesce({{ try_decimal('definition_rules.min_value') }}, 1)
                > {{ try_decimal('signals.window_days') }}
                then 'min_value'
            when
                signals.measure = 'users'
                and definitions.entity_type = 'user'
                and {{ try_decimal('definition_rules.min_value') }} > 1
                then 'min_value'
        end as hopeless_column
    from definition_rules
    inner join definitions
        on definition_rules.definition_key = definitions.definition_key
    left join signals
        on definition_rules.signal_id = signals.signal_id

)

select
    'definition_rules.csv' as file_name,
    row_key,
    'signal_id' as column_name,
    'a hand_raise needs a window, but ' || signal_id || ' is counted for ever' as problem,
    'write window_days of ' || signal_id || ' in signals.csv, such as 30' as suggested_fix,
    'error' as severity
from rules
where effect = 'hand_raise' and is_of_known_signal and window_days is null

union all

select
    'definition_rules.csv' as file_name,
    row_key,
    hopeless_column as column_name,
    'can never be reached, so that the rule is never met' as problem,
    case
        when hopeless_column = 'max_awards'
            then 'write a whole number of 1 or more, or leave the cell blank (1)'
        when measure = 'days'
            then 'write at most ' || window_days || ', the window_days of ' || signal_id
        else 'write 1: ' || signal_id || ' counts users, and a user is one'
    end as suggested_fix,
    'warning' as severity
from rules
where hopeless_column is not null

union all

select
    'definition_rules.csv' as file_name,
    definition_row_key || ' / ' || requirement_group as row_key,
    'requirement_group' as column_name,
    'no rule of this group can be met, so that nobody qualifies by score' as problem,
    'correct one of its rules, or leave requirement_group blank' as suggested_fix,
    'warning' as severity
from rules
where requirement_group is not null
group by definition_row_key, requirement_group
having sum(case when hopeless_column is null and effect <> 'disqualify' then 1 else 0 end) = 0

union all

select
    'category_caps.csv' as file_name,
    category_caps.row_key,
    'category' as column_name,
    'caps nothing: no rule of the definition has a signal of this category' as problem,
    'take the row out, or write the category of a signal of its rules' as suggested_fix,
    'warning' as severity
from category_caps
inner join definitions
    on category_caps.definition_key = definitions.definition_key
left join rules
    on
        category_caps.definition_key = rules.definition_key
        and category_caps.category = rules.category
where rules.category is null
