{#- Half-open ranges, from the lower bound up to and without the upper one, never overlap, and none
    is empty. An upper bound that is null is open.
    lower_bound_column, upper_bound_column: names of columns;
    partition_by: names of the columns within which this holds, separated by commas;
    gaps: allowed; or not_allowed: each range begins where the one before ends, and the last one,
    and no other, is open. -#}
{% test mutually_exclusive_ranges(
    model, lower_bound_column, upper_bound_column, partition_by, gaps="allowed"
) %}

with

ranges as (

    select
        {{ partition_by }},
        {{ lower_bound_column }} as lower_bound,
        {{ upper_bound_column }} as upper_bound,
        lead({{ lower_bound_column }}) over (
            partition by {{ partition_by }} order by {{ lower_bound_column }}
        ) as next_lower_bound
    from {{ model }}

)

select *
from ranges
where
    lower_bound is null
    or upper_bound <= lower_bound
    or upper_bound > next_lower_bound
    or (upper_bound is null and next_lower_bound is not null)
    {%- if gaps == "not_allowed" %}
    or upper_bound < next_lower_bound
    or (upper_bound is not null and next_lower_bound is null)
    {%- endif %}

{% endtest %}
