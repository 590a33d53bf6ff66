{#- How DuckDB puts a table or view in the place of the last one: in one transaction. dbt's own way, which
    makes it beside the last one, asks for its indexes and foreign keys, renames both and drops one,
    costs more than most of our queries. -#}

{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {{ run_hooks(pre_hooks) }}
    {%- if model.language == "python" -%}
        {#- It writes in a transaction of its own: beside the last one, until it is whole. -#}
        {%- set made = make_intermediate_relation(target_relation) -%}
        {%- do drop_relation_if_exists(load_cached_relation(made)) -%}
        {%- call statement("main", language="python") -%}
            {{ create_table_as(False, made, compiled_code, "python") }}
        {%- endcall -%}
        {%- do drop_last(target_relation) -%}
        {%- call statement("rename") -%}
            alter table {{ made }} rename to {{ target_relation.identifier }}
        {%- endcall -%}
    {%- else -%}
        {%- do drop_last(target_relation) -%}
        {%- call statement("main") -%}
            {{ create_table_as(False, target_relation, compiled_code) }}
        {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter="duckdb" %}
    {%- set target_relation = this.incorporate(type="view") -%}
    {{ run_hooks(pre_hooks) }}
    {%- do drop_last(target_relation) -%}
    {%- call statement("main") -%}
        {{ create_view_as(target_relation, sql) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{% macro drop_last(target_relation) -%}
    {%- set last_relation = load_cached_relation(target_relation) -%}
    {%- if last_relation -%}
        {%- call statement("drop_last") -%}
            drop {{ last_relation.type }} if exists {{ last_relation }}
        {%- endcall -%}
        {%- if last_relation.type != target_relation.type -%}
            {%- do adapter.cache_dropped(last_relation) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
