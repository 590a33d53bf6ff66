{#- How far one name is from another, to find the name that somebody meant: the letters that only
    one of them has, and the difference in length. -#}
{% macro name_distance(one, other) -%}
    {{ return(adapter.dispatch("name_distance")(one, other)) }}
{%- endmacro %}

{% macro default__name_distance(one, other) -%}
    (
        length(translate({{ one }}, {{ other }}, ''))
        + length(translate({{ other }}, {{ one }}, ''))
        + abs(length({{ one }}) - length({{ other }}))
    )
{%- endmacro %}

{#- BigQuery's translate refuses a letter that stands twice. -#}
{% macro bigquery__name_distance(one, other) -%}
    edit_distance({{ one }}, {{ other }})
{%- endmacro %}

{#- How far apart two names may be for one to be a slip of the other. -#}
{% macro near_name() -%}
    3
{%- endmacro %}

{#- The name of which another is a slip, of names that are at hand while dbt compiles: one letter in
    four may differ; case, underscores, hyphens and blanks are no difference. None if there is none. -#}
{% macro nearest_name(name, known) -%}
    {%- set nearest = namespace(name=none, distance=none) -%}
    {%- for other in known | sort -%}
        {%- set plain = modules.re.sub("[-_ ]", "", other | lower) -%}
        {%- set distance = edit_distance(modules.re.sub("[-_ ]", "", name | lower), plain) -%}
        {%- set is_nearer = nearest.name is none or distance < nearest.distance -%}
        {%- if 4 * distance <= plain | length and is_nearer -%}
            {%- set nearest.name, nearest.distance = other, distance -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(nearest.name) }}
{%- endmacro %}

{#- The number of letters to add, take out or replace to make one name of another. -#}
{% macro edit_distance(one, other) -%}
    {%- set rows = namespace(last=range(other | length + 1) | list) -%}
    {%- for letter in one -%}
        {%- set row = [loop.index] -%}
        {%- for wanted in other -%}
            {%- set replaced = rows.last[loop.index0] + (letter != wanted) -%}
            {%- do row.append([row[-1] + 1, rows.last[loop.index] + 1, replaced] | min) -%}
        {%- endfor -%}
        {%- set rows.last = row -%}
    {%- endfor -%}
    {{ return(rows.last[-1]) }}
{%- endmacro %}
