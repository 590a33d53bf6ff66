{#- The two expressions of every score timeline: periods from steps, and steps from periods. Periods
    are half-open, [valid_from, valid_to), and the last one is open (valid_to is null). -#}

{% macro periods_from_steps(steps, keys, measures) -%}
    select
        {{ keys | join(",\n        ") }},
        {%- for measure in measures %}
        sum({{ measure }}_change) over (
            partition by {{ keys | join(", ") }}
            order by step_date
            rows between unbounded preceding and current row
        ) as {{ measure }},
        {{ measure }}_change,
        {%- endfor %}
        step_date as valid_from,
        lead(step_date) over (
            partition by {{ keys | join(", ") }} order by step_date
        ) as valid_to
    from (
        select
            {{ keys | join(",\n            ") }},
            step_date,
            {%- for measure in measures %}
            sum(coalesce({{ measure }}, 0)) as {{ measure }}_change{{ "," if not loop.last }}
            {%- endfor %}
        from {{ steps }}
        group by {{ keys | join(", ") }}, step_date
        having
            {%- for measure in measures %}
            {{ "or " if not loop.first }}sum(coalesce({{ measure }}, 0)) <> 0
            {%- endfor %}
    ) as changes
{%- endmacro %}

{% macro steps_from_periods(periods, keys, measures) -%}
    select
        {{ keys | join(",\n        ") }},
        valid_from as step_date,
        {{ measures | join(",\n        ") }}
    from {{ periods }}
    union all
    select
        {{ keys | join(",\n        ") }},
        valid_to as step_date,
        {%- for measure in measures %}
        -{{ measure }} as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ periods }}
    where valid_to is not null
{%- endmacro %}

{% macro is_valid_on(periods, date) -%}
    {{ periods }}.valid_from <= {{ date }}
    and ({{ periods }}.valid_to is null or {{ periods }}.valid_to > {{ date }})
{%- endmacro %}

{% macro always() -%}
    cast('0001-01-01' as date)
{%- endmacro %}
