{#- How routing_rules.csv is read, on the as-of date and on the day on which a lead qualified. -#}

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
