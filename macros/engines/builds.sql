{#- Which builds have begun on a server, and which have ended well: tables change there one after the
    other, so who reads before the end reads a mix. On DuckDB a whole file takes the place of the last.
    pql_builds stands beside the marts, for whoever may read those, and is made before anything else. -#}

{% macro create_builds() -%}
    {{ return(adapter.dispatch("create_builds")()) }}
{%- endmacro %}

{% macro duckdb__create_builds() -%}
{%- endmacro %}

{% macro default__create_builds() -%}
    {%- set mart = graph.get("nodes", {}).get("model." ~ project_name ~ ".pql_accounts") -%}
    {%- set builds = builds_relation() -%}
    {%- if builds and not load_relation(builds) -%}
        {%- do refuse_tables_of_others() -%}
        {%- do adapter.create_schema(builds) -%}
        create table if not exists {{ builds }} (
            build_id {{ dbt.type_string() }},
            step {{ dbt.type_string() }},
            is_whole {{ dbt.type_boolean() }},
            build_started_at {{ dbt.type_timestamp() }}
        ){{ " using " ~ mart.config.file_format if mart.config.get("file_format") }}
    {%- endif -%}
{%- endmacro %}

{% macro note_build(step, results=[]) -%}
    {{ return(adapter.dispatch("note_build")(step, results)) }}
{%- endmacro %}

{% macro duckdb__note_build(step, results) -%}
{%- endmacro %}

{% macro default__note_build(step, results) -%}
    {%- set broken = results | map(attribute="status") | select("in", ["error", "fail", "skipped"]) -%}
    {%- set builds = builds_relation() -%}
    {%- if builds and not broken | list -%}
        {%- set left_out = [] -%}
        {%- for key, node in graph.nodes.items() if key.startswith("model.") -%}
            {%- do left_out.append(key) if "hourly" in node.tags and key not in selected_resources -%}
        {%- endfor -%}
        insert into {{ builds }} (build_id, step, is_whole, build_started_at)
        select
            '{{ invocation_id }}',
            '{{ step }}',
            {{ "false" if left_out else "true" }},
            {{ run_start() }}
    {%- endif -%}
{%- endmacro %}

{#- None where no model is built, such as by `dbt test`. -#}
{% macro builds_relation() -%}
    {%- set mart = graph.get("nodes", {}).get("model." ~ project_name ~ ".pql_accounts") -%}
    {%- if execute and mart and " model." in " " ~ selected_resources | join(" ") -%}
        {{ return(api.Relation.create(mart.database, mart.schema, "pql_builds")) }}
    {%- endif -%}
{%- endmacro %}

{#- What others have made is in the way of a first build: dbt would put its own in the place of it. -#}
{% macro refuse_tables_of_others() -%}
    {%- set is_older = existing_relation("int_counting_manifest") -%}
    {%- for node in graph.nodes.values() if node.unique_id in selected_resources and not is_older -%}
        {%- if node.resource_type != "test" and adapter.get_relation(node.database, node.schema, node.alias) -%}
            {{ exceptions.raise_compiler_error(
                node.schema ~ "." ~ node.alias ~ " was made by no build of ours, which would take its "
                ~ "place: name another schema by PQL_SCHEMA, or drop it"
            ) }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
