{#- No row breaks one of these conditions; a condition that is null is not broken.
    conditions: expressions over the columns of the model. -#}
{% test every_row_satisfies(model, conditions) %}

{% for condition in conditions -%}
select
    '{{ dbt.escape_single_quotes(condition) }}' as broken_condition,
    count(*) as row_count
from {{ model }}
where not ({{ condition }})
having count(*) > 0
{% if not loop.last %}union all
{% endif %}
{%- endfor %}

{% endtest %}
