{#- The periods [valid_from, valid_to) of a key follow each other without a gap or an overlap, each
    lasts a day at least, and the last one, and no other, is open (valid_to is null).
    keys: columns that name whose timeline it is. -#}
{% test periods_tile(model, keys) %}

with

periods as (

    select
        {{ keys | join(",\n        ") }},
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by {{ keys | join(", ") }} order by valid_from
        ) as next_valid_from
    from {{ model }}

)

select *
from periods
where
    valid_from is null
    or valid_to <= valid_from
    or (valid_to is null and next_valid_from is not null)
    or (valid_to is not null and next_valid_from is null)
    or valid_to <> next_valid_from

{% endtest %}
