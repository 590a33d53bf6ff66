{#- How numbers and days are put into words, wherever a person reads them. -#}

{#- A number without needless decimals: 4, 12.50. -#}
{% macro format_number(number) -%}
    case
        when {{ number }} = floor({{ number }})
            then cast(cast({{ number }} as decimal(38, 0)) as {{ dbt.type_string() }})
        else cast(cast({{ number }} as decimal(38, 2)) as {{ dbt.type_string() }})
    end
{%- endmacro %}

{#- Points with their sign: +20, -7.50. -#}
{% macro format_points(points) -%}
    case when {{ points }} > 0 then '+' else '' end || {{ format_number(points) }}
{%- endmacro %}

{#- How long before a day another day was: today, yesterday, 12 days ago. -#}
{% macro format_days_ago(date, as_of_date) -%}
    case {{ dbt.datediff(date, as_of_date, 'day') }}
        when 0 then 'today'
        when 1 then 'yesterday'
        else
            cast({{ dbt.datediff(date, as_of_date, 'day') }} as {{ dbt.type_string() }})
            || ' days ago'
    end
{%- endmacro %}

{#- A share of 0 to 1 in percent: 25.0%. -#}
{% macro format_percent(share) -%}
    cast(cast(100.0 * {{ share }} as decimal(9, 1)) as {{ dbt.type_string() }}) || '%'
{%- endmacro %}
