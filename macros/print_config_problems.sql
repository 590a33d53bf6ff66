{#- Prints the rows of config_problems at the end of a run that built it: of a failing test, dbt
    tells only how many rows it found. results: what dbt gives to on-run-end. -#}
{% macro print_config_problems(results) -%}
    {%- for result in results if execute -%}
        {%- if result.node.name == "config_problems" and result.status == "success" -%}
            {%- set problems = run_query(
                "select severity, file_name, row_key, column_name, problem, mend"
                ~ " from " ~ result.node.relation_name
                ~ " order by severity, file_name, row_key, column_name, problem"
            ) -%}
            {%- set error_count = problems | selectattr(0, "equalto", "error") | list | length -%}
            {%- set lines = ["", "To mend in the configuration or the raw tables:"] -%}
            {%- for severity, file, row, column, problem, mend in problems -%}
                {%- set place = file ~ (", row " ~ row if row else "") -%}
                {%- set place = place ~ (", column " ~ column if column else "") -%}
                {%- do lines.append(severity ~ ": " ~ place) -%}
                {%- do lines.append("    " ~ problem) -%}
                {%- do lines.append("    -> " ~ mend) -%}
            {%- endfor -%}
            {%- set effect = " (nothing is scored until they are mended)" if error_count else "" -%}
            {%- do lines.append("errors: " ~ error_count ~ effect) -%}
            {%- do lines.append("warnings: " ~ (problems | length - error_count)) -%}
            {%- if problems | length -%}
                {%- do print(lines | join("\n") ~ "\n") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
