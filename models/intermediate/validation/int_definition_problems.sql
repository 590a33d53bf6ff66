{%- set domain_types = [
    "internal", "competitor", "partner", "free", "disposable", "education", "business", "unknown",
] -%}

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

fit_rules as (

    {{ config_rows('fit_rules') }}

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
        definitions.entity_type,
        signals.category,
        signals.measure,
        signals.window_days as window_days_cell,
        signals.signal_id is not null as is_of_known_signal,
        coalesce(definition_rules.effect, 'score') as effect,
        coalesce({{ try_decimal('definition_rules.max_awards') }}, 1) as max_awards,
        case
            when definition_rules.min_value_of is null
                then coalesce({{ try_decimal('definition_rules.min_value') }}, 1)
        end as minimum,
        {{ try_decimal('signals.window_days') }} as window_days
    from definition_rules
    inner join definitions
        on definition_rules.definition_key = definitions.definition_key
    left join signals
        on definition_rules.signal_id = signals.signal_id

),

hopeless_rules as (

    select
        *,
        case
            when max_awards = 0 then 'max_awards'
            when measure = 'days' and minimum > window_days then 'min_value'
            when measure = 'users' and entity_type = 'user' and minimum > 1 then 'min_value'
        end as hopeless_column
    from rules

),

definition_facts as (

    select
        definitions.*,
        {{ try_decimal('definitions.score_threshold') }} as threshold,
        coalesce(definition_max_scores.most_points, 0) as most_points,
        coalesce(definition_max_scores.scoring_rules, 0) as scoring_rules,
        coalesce(definition_max_scores.hand_raise_rules, 0) as hand_raise_rules,
        coalesce(definition_max_scores.required_rules, 0) as required_rules,
        sum(case when definitions.status = 'live' then 1 else 0 end)
            over (partition by definitions.definition_id) as live_versions
    from definitions
    left join {{ ref('int_definition_max_scores') }} as definition_max_scores
        on definitions.definition_key = definition_max_scores.definition_key
    where definitions.definition_key is not null

),

definition_problems as (

    select
        'definitions.csv' as file_name,
        row_key,
        'status' as column_name,
        'is live in ' || cast(live_versions as {{ dbt.type_string() }}) || ' versions of '
        || definition_id as problem,
        'keep one version live; make the others challenger, draft or retired' as suggested_fix,
        'error' as severity
    from definition_facts
    where status = 'live' and live_versions > 1

    union all

    select
        'definitions.csv' as file_name,
        row_key,
        'score_threshold' as column_name,
        score_threshold || ' is above the ' || {{ format_number('most_points') }}
        || ' points that its rules can add up to, and no rule is a hand_raise' as problem,
        'lower it, or give its rules in definition_rules.csv more points' as suggested_fix,
        'error' as severity
    from definition_facts
    where threshold > most_points and hand_raise_rules = 0

    union all

    select
        'definitions.csv' as file_name,
        row_key,
        'score_threshold' as column_name,
        'is blank and no rule is required, so that every eligible ' || entity_type || ' qualifies'
            as problem,
        'write a score_threshold, or give a rule a requirement_group' as suggested_fix,
        'warning' as severity
    from definition_facts
    where score_threshold is null and required_rules = 0

    union all

    select
        'definitions.csv' as file_name,
        row_key,
        '' as column_name,
        'adds up ' || cast(scoring_rules as {{ dbt.type_string() }})
        || ' rules; five to eight are easier to explain and to trust' as problem,
        'drop the weakest of its rules in definition_rules.csv' as suggested_fix,
        'warning' as severity
    from definition_facts
    where scoring_rules > 8

    union all

    select
        'definitions.csv' as file_name,
        row_key,
        'priority' as column_name,
        'is blank, so that a lead that meets several definitions is shown under another'
            as problem,
        'write a whole number; the lowest speaks for the lead' as suggested_fix,
        'warning' as severity
    from definition_facts
    where status = 'live' and priority is null

),

-- the rows of other files must belong to a version that there is
version_parts as (

    {%- for file in ["definition_rules", "fit_rules", "category_caps"] %}
    select
        '{{ file }}.csv' as file_name,
        row_key,
        definition_id,
        version,
        definition_key
    from {{ file }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

known_versions as (

    select
        definition_id,
        {{ dbt.listagg("version", "', '", "order by version") }} as versions
    from definitions
    group by definition_id

),

version_problems as (

    select
        version_parts.file_name,
        version_parts.row_key,
        'version' as column_name,
        version_parts.definition_id || ' has no version ' || version_parts.version as problem,
        'write one that it has (' || known_versions.versions || '), or add it to definitions.csv'
            as suggested_fix,
        'error' as severity
    from version_parts
    inner join known_versions
        on version_parts.definition_id = known_versions.definition_id
    left join definitions
        on version_parts.definition_key = definitions.definition_key
    where version_parts.definition_key is not null and definitions.definition_key is null

),

rule_problems as (

    select
        'definition_rules.csv' as file_name,
        row_key,
        'signal_id' as column_name,
        'a hand_raise needs a window, but ' || signal_id || ' is counted for ever' as problem,
        'write window_days of ' || signal_id || ' in signals.csv, such as 30' as suggested_fix,
        'error' as severity
    from rules
    where effect = 'hand_raise' and is_of_known_signal and window_days_cell is null

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
                then 'write at most ' || window_days_cell || ', the window_days of ' || signal_id
            else 'write 1: ' || signal_id || ' counts users, and a user is one'
        end as suggested_fix,
        'warning' as severity
    from hopeless_rules
    where hopeless_column is not null

    union all

    select
        'definition_rules.csv' as file_name,
        definition_row_key || ' / ' || requirement_group as row_key,
        'requirement_group' as column_name,
        'no rule of this group can be met, so that nobody qualifies by score' as problem,
        'correct one of its rules, or leave requirement_group blank' as suggested_fix,
        'warning' as severity
    from hopeless_rules
    where requirement_group is not null
    group by definition_row_key, requirement_group
    having sum(case when hopeless_column is null and effect <> 'disqualify' then 1 else 0 end) = 0

),

cap_problems as (

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

),

fit_problems as (

    {%- for column, effect in [
        ("when_missing", "gate"), ("gate_group", "gate"), ("points", "points"),
    ] %}
    select
        'fit_rules.csv' as file_name,
        row_key,
        '{{ column }}' as column_name,
        'is only used where effect is {{ effect }}' as problem,
        'leave the cell blank' as suggested_fix,
        'warning' as severity
    from fit_rules
    where effect <> '{{ effect }}' and {{ column }} is not null

    union all
    {% endfor %}
    select
        'fit_rules.csv' as file_name,
        row_key,
        'points' as column_name,
        'is blank, so that the rule adds nothing' as problem,
        'write a number' as suggested_fix,
        'warning' as severity
    from fit_rules
    where effect = 'points' and points is null

),

domain_type_rules as (

    select * from fit_rules
    where lower(attribute) = 'domain_type' and operator in ('=', '!=', 'in', 'not in')

),

domain_types_named as (

    {{ list_items('domain_type_rules', ['row_key'], 'value') }}

),

domain_type_problems as (

    select
        'fit_rules.csv' as file_name,
        row_key,
        'value' as column_name,
        '"' || item || '" is no domain_type' as problem,
        'write one of {{ domain_types | join(", ") }}' as suggested_fix,
        'error' as severity
    from domain_types_named
    where
        lower(trim(item)) not in (
            {%- for domain_type in domain_types %}
            '{{ domain_type }}'{{ "," if not loop.last }}
            {%- endfor %}
        )

)

select * from definition_problems
union all
select * from version_problems
union all
select * from rule_problems
union all
select * from cap_problems
union all
select * from fit_problems
union all
select * from domain_type_problems
