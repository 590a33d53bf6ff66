{#- No two rows agree in all of these columns; nulls agree with each other.
    combination_of_columns: their names. -#}
{% test unique_combination_of_columns(model, combination_of_columns) %}

select
    {{ combination_of_columns | join(",\n    ") }},
    count(*) as row_count
from {{ model }}
group by {{ combination_of_columns | join(", ") }}
having count(*) > 1

{% endtest %}
