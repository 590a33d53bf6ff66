{#- What the files of a config folder are, and what may stand in them: the contract is written once,
    in seeds/config/_config__seeds.yml. -#}

{#- The files, in the order in which a reader meets them. A list, as dbt must learn which seeds a
    model reads before it knows the contract. -#}
{% macro config_files() -%}
    {{ return([
        "signals", "definitions", "definition_rules", "fit_rules", "category_caps",
        "special_domains", "overrides", "routing_rules", "content_offers",
    ]) }}
{%- endmacro %}

{#- The contract of a file: a list of its columns, each with name, description and meta (empty while
    dbt parses). -#}
{% macro config_contract(file) -%}
    {%- for seed in graph.get("nodes", {}).values() -%}
        {%- if seed.resource_type == "seed" and seed.name == file -%}
            {%- for name in seed.columns if name not in seed.config.column_types -%}
                {%- do exceptions.raise_compiler_error(
                    "column_types of the seed " ~ file ~ " lacks " ~ name
                    ~ ": config files are loaded as text"
                ) -%}
            {%- endfor -%}
            {{ return(seed.columns.values() | list) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return([]) }}
{%- endmacro %}

{#- The names of the columns that a file has, in lower case; those of the contract where the
    database cannot be asked (while dbt parses, in a unit test, with --no-introspect). -#}
{% macro config_columns_found(file) -%}
    {%- set relation = ref(file) -%}
    {%- set names = [] -%}
    {%- if execute and flags.INTROSPECT -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do names.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names or config_contract(file) | map(attribute="name") | list) }}
{%- endmacro %}

{#- No number of the configuration is larger, so that each fits the type it is cast to. -#}
{% macro config_largest_number() -%}
    1000000000
{%- endmacro %}

{#- The events that come from other tables than events. -#}
{% macro built_in_event_names() -%}
    {{ return([
        "@signed_up", "@trial_started", "@paid_started", "@subscription_ended",
        "@marketing_qualified",
    ]) }}
{%- endmacro %}
