{#- What results are measured with, in plain SQL. 1.96 is the normal distribution's quantile of 97.5%:
    all intervals are of 95%. -#}

{#- The two ends of the interval of a share after Wilson (Probable inference, the law of succession,
    and statistical inference, JASA 22, 1927), which holds for small numbers and shares near 0 and 1.
    Null without trials. successes, trials: expressions that are counts. -#}
{% macro wilson_lower(successes, trials) -%}
    ({{ successes }} + 1.9208 - {{ wilson_half_width(successes, trials) }})
    / nullif({{ trials }} + 3.8416, 3.8416)
{%- endmacro %}

{% macro wilson_upper(successes, trials) -%}
    ({{ successes }} + 1.9208 + {{ wilson_half_width(successes, trials) }})
    / nullif({{ trials }} + 3.8416, 3.8416)
{%- endmacro %}

{% macro wilson_half_width(successes, trials) -%}
    1.96 * sqrt(
        {{ successes }} * 1.0 * ({{ trials }} - {{ successes }}) / nullif({{ trials }}, 0) + 0.9604
    )
{%- endmacro %}

{#- Whether a value stands in the middle, so that the median is the average of those that do.
    rank, count: expressions, its place among the values (from 1), and how many they are. -#}
{% macro is_middle(rank, count) -%}
    2 * {{ rank }} between {{ count }} and {{ count }} + 2
{%- endmacro %}
