{#- Of each source the latest row; each column from the first source that has it. -#}
{% macro by_trust(relation, key, columns) -%}
    select
        {{ key }}
        {%- for column in columns %},
        max(case when {{ column }}_rank = 1 then {{ column }} end) as {{ column }}
        {%- endfor %}
    from (
        select
            *
            {%- for column in columns %},
            row_number() over (
                partition by {{ key }}
                order by case when {{ column }} is null then 1 else 0 end, trust_rank
            ) as {{ column }}_rank
            {%- endfor %}
        from (
            select
                *,
                row_number() over (
                    partition by {{ key }}, trust_rank
                    order by
                        {{ try_timestamp("created_at") }} desc nulls last,
                        {{ columns | join(",\n                        ") }}
                ) as recency_rank
            from {{ relation }}
        ) as source_rows
        where recency_rank = 1
    ) as ranked_rows
    group by {{ key }}
{%- endmacro %}
