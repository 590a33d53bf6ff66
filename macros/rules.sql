{#- How a row of the config is held against data. -#}

{% macro condition_holds(value, operator, expected) -%}
    coalesce(
        case {{ operator }}
            when '=' then {{ value }} = {{ expected }}
            when '!=' then {{ value }} <> {{ expected }}
            when 'in' then {{ is_in_list(value, expected) }}
            when 'not in' then not {{ is_in_list(value, expected) }}
            when '>=' then {{ try_decimal(value) }} >= {{ try_decimal(expected) }}
            when '<=' then {{ try_decimal(value) }} <= {{ try_decimal(expected) }}
            when 'contains' then {{ dbt.position(expected, value) }} > 0
            when 'starts_with' then {{ dbt.position(expected, value) }} = 1
            when 'exists' then {{ value }} is not null
        end,
        false
    )
{%- endmacro %}

{% macro routing_rule_matches(
    rules, score, employee_count, is_qualified, is_hand_raised, is_signal_shown
) -%}
    ({{ is_qualified }} or not {{ rules }}.requires_qualified)
    and ({{ is_hand_raised }} or not {{ rules }}.requires_hand_raise)
    and ({{ is_signal_shown }} or {{ rules }}.requires_signal_id is null)
    and ({{ score }} >= {{ rules }}.min_score or {{ rules }}.min_score is null)
    and ({{ score }} < {{ rules }}.max_score or {{ rules }}.max_score is null)
    and ({{ employee_count }} >= {{ rules }}.min_employees or {{ rules }}.min_employees is null)
    and ({{ employee_count }} <= {{ rules }}.max_employees or {{ rules }}.max_employees is null)
{%- endmacro %}

{% macro awards(value, minimum, max_awards) -%}
    cast(
        case
            when {{ minimum }} is null or {{ value }} < {{ minimum }} then 0
            when {{ value }} >= {{ minimum }} * {{ max_awards }} then {{ max_awards }}
            else {{ floor_divide(value, minimum) }}
        end as integer
    )
{%- endmacro %}

{% macro awarded_points(points, awards, age_days, half_life_days) -%}
    cast(
        round(
            {{ points }} * {{ awards }}
            * case
                when {{ half_life_days }} is null then 1
                else cast(power(0.5, {{ age_days }} / {{ half_life_days }}) as {{ type_fraction() }})
            end,
            2
        ) as decimal(18, 2)
    )
{%- endmacro %}
