{#- What a vendor's statuses mean; one that nobody has given a meaning is passed on, to be warned of. -#}
{% macro meaning_of(status, meanings, origin) -%}
    {%- set given = (var("sources").get(origin) or {}).get("lead_statuses") or {} -%}
    case lower({{ status }})
        {%- for name, meaning in dict(meanings, **given).items() %}
        when {{ text_literal(name | lower) }} then {{ text_literal(meaning) if meaning else "null" }}
        {%- endfor %}
        else {{ status }}
    end
{%- endmacro %}

{#- Salesforce's ids have 15 characters, and in some places 3 more that only check them. -#}
{% macro record_id(expression) -%}
    substring({{ expression }}, 1, 15)
{%- endmacro %}
