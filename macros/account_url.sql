{#- The page of an account, after `vars: account_url_template`; null where there is no template.
    account_id: an expression. -#}
{% macro account_url(account_id) -%}
    {%- if var("account_url_template") -%}
    replace({{ dbt.string_literal(dbt.escape_single_quotes(var("account_url_template"))) }}, '{account_id}', {{ account_id }})
    {%- else -%}
    cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
