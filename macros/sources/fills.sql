{#- Which source fills which tables of the raw contract. -#}

{#- A list, as dbt must learn which views are read before it knows the models. -#}
{% macro filled_by() -%}
    {{ return({
        "amplitude": ["events", "users", "identity_links"],
        "application": ["events", "users", "accounts", "subscriptions"],
        "chargebee": ["accounts", "subscriptions"],
        "enrichment": ["attributes"],
        "ga4": ["events", "identity_links"],
        "heap": ["events", "users", "identity_links"],
        "hubspot": [
            "users", "accounts", "identity_links", "account_links", "opportunities", "marketing_leads",
            "contact_verifications", "sales_activities", "lead_responses",
        ],
        "mixpanel": ["events", "users", "identity_links"],
        "pendo": ["events", "users", "accounts"],
        "posthog": ["events", "users", "accounts", "identity_links"],
        "recurly": ["accounts", "subscriptions"],
        "salesforce": [
            "users", "accounts", "identity_links", "account_links", "opportunities", "marketing_leads",
            "contact_verifications", "sales_activities", "lead_responses",
        ],
        "segment": ["events", "users", "accounts", "identity_links"],
        "snowplow": ["events", "identity_links"],
        "stripe": ["accounts", "subscriptions"],
        "verification": ["contact_verifications"],
    }) }}
{%- endmacro %}

{% macro source_names() -%}
    {%- set known = ["demo", "canonical"] + filled_by() | list -%}
    {%- for name in var("sources") if name not in known -%}
        {{ raw_error("vars: sources", name ~ " is no source; name one of " ~ known | join(", ")) }}
    {%- endfor -%}
    {{ return(var("sources") | list or [var("raw_source")]) }}
{%- endmacro %}

{% macro sources_of(table) -%}
    {%- set names = [] -%}
    {%- for name in source_names() if table in filled_by().get(name, [table]) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro raw_tables_read() -%}
    {%- set tables = [] -%}
    {%- for name in source_names() -%}
        {%- do tables.extend(filled_by().get(name, var("raw_tables"))) -%}
    {%- endfor -%}
    {{ return((required_raw_tables() + tables) | unique | list) }}
{%- endmacro %}

{% macro as_list(value) -%}
    {%- if value is none or value is undefined -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return([value] if value is string or value is mapping else value | list) }}
{%- endmacro %}
