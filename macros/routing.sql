{#- How routing_rules.csv is read, on the as-of date and on the day on which a lead qualified. -#}

{#- The place of a rule among those of its definition: by priority; of equal ones, those that name
    the definition come first. rules, definitions: the relations that are joined. -#}
{% macro routing_rule_rank(rules, definitions) -%}
    row_number() over (
        partition by {{ definitions }}.definition_key
        order by
            {{ rules }}.priority,
            case when {{ rules }}.definition_id = '*' then 1 else 0 end,
            {{ row_text(
                ["tier", "motion", "owner_role", "channel", "next_action", "sla_hours"], rules
            ) }}
    )
{%- endmacro %}

{#- Whether a rule matches a lead. rules: the relation whose row it is; the others are expressions:
    the lead's score, its company's number of employees, whether it is qualified, whether it has
    raised a hand, and whether it shows the signal that the rule asks for. -#}
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
