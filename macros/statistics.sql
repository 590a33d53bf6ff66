{#- What results are measured with, in plain SQL. 1.96 is the normal distribution's quantile of 97.5%:
    all intervals are of 95%. -#}

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

{% macro is_middle(rank, count) -%}
    2 * {{ rank }} between {{ count }} and {{ count }} + 2
{%- endmacro %}

{% macro age_band(age_days) -%}
    case
        {%- for first_day in var('calibration_age_bands') | reverse if first_day > 0 %}
        when {{ age_days }} >= {{ first_day }} then {{ first_day }}
        {%- endfor %}
        else 0
    end
{%- endmacro %}
