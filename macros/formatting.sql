{#- How numbers and days are put into words, wherever a person reads them. -#}

{% macro format_number(number) -%}
    case
        when {{ number }} = floor({{ number }})
            then cast(cast({{ number }} as decimal(29, 0)) as {{ dbt.type_string() }})
        else cast(cast({{ number }} as decimal(31, 2)) as {{ dbt.type_string() }})
    end
{%- endmacro %}

{% macro format_count(number, noun) -%}
    {{ format_number(number) }} || ' {{ noun }}' || case when {{ number }} = 1 then '' else 's' end
{%- endmacro %}

{% macro format_points(points) -%}
    case when {{ points }} > 0 then '+' else '' end || {{ format_number(points) }}
{%- endmacro %}

{% macro format_days_ago(date, as_of_date) -%}
    case {{ dbt.datediff(date, as_of_date, 'day') }}
        when 0 then 'today'
        when 1 then 'yesterday'
        else
            cast({{ dbt.datediff(date, as_of_date, 'day') }} as {{ dbt.type_string() }})
            || ' days ago'
    end
{%- endmacro %}

{% macro format_percent(share) -%}
    cast(cast(100.0 * {{ share }} as decimal(9, 1)) as {{ dbt.type_string() }}) || '%'
{%- endmacro %}
