{#- A hook that gives DuckDB three threads where a machine has fewer cores: with one or two, a grouping
    grows in memory as a whole, and fails beyond its limit; with three, its parts go to disk in time. -#}
{% macro at_least_three_threads() -%}
    {%- if execute and target.type == "duckdb" -%}
        {%- if run_query("select current_setting('threads')").rows[0][0] | int < 3 -%}
    set threads = 3
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
