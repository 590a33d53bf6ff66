{#- What an engine cannot say in an expression: made anew at the start of each run. Postgres has no cast
    that may fail, only blocks that may, and those may not run in parallel. -#}
{% macro create_helper_functions() -%}
    {{ return(adapter.dispatch("create_helper_functions")()) }}
{%- endmacro %}

{% macro default__create_helper_functions() -%}
{%- endmacro %}

{#- Redshift, which takes Postgres' versions for its own, has no plpgsql functions; it has try_cast. -#}
{% macro redshift__create_helper_functions() -%}
{%- endmacro %}

{% macro postgres__create_helper_functions() -%}
    {%- do require_postgres(12) -%}
    create or replace function pql_try_json(json_text text) returns jsonb as $$
    begin
        return cast(json_text as jsonb);
    exception when others then
        return null;
    end
    $$ language plpgsql immutable;

    create or replace function pql_try_timestamp(stored_time timestamp) returns timestamp as $$
        select
            case
                when stored_time between '0001-01-02' and '9998-12-31' then stored_time
            end
    $$ language sql immutable parallel safe;

    create or replace function pql_try_timestamp(stored_time timestamptz) returns timestamp as $$
        select pql_try_timestamp(stored_time at time zone 'UTC')
    $$ language sql immutable parallel safe;

    create or replace function pql_try_timestamp(time_text text) returns timestamp as $$
    begin
        if upper(time_text) !~ '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9:.]+ ?(Z|UTC|GMT|[-+][0-9:]{2,8})?)?$' then
            return null;
        end if;
        -- cut after six digits, as DuckDB does: a cast would round up to tomorrow
        return pql_try_timestamp(
            cast(regexp_replace(time_text, '([.][0-9]{6})[0-9]+', '\1') as timestamptz)
        );
    exception when others then
        return null;
    end
    $$ language plpgsql immutable set timezone = 'UTC'
{%- endmacro %}

{#- 15 is what the tests run on. Before 12 each common table expression is a table to the planner. -#}
{% macro require_postgres(oldest) -%}
    {%- if execute -%}
        {%- set found = run_query("show server_version_num").columns[0].values() | first | default(150000) -%}
        {%- if found | int < oldest * 10000 -%}
            {{ exceptions.raise_compiler_error(
                "Postgres " ~ found | int // 10000 ~ " is too old: " ~ oldest ~ " or later is needed, and 15 is tested"
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
