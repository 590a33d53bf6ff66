{% macro print_config_problems(results) -%}
    {%- set problems = [] -%}
    {%- for result in results if execute -%}
        {%- if result.node.name == "config_problems" and result.status == "success" -%}
            {%- set rows = run_query(
                "select severity, file_name, row_key, column_name, problem, suggested_fix from "
                ~ result.node.relation_name ~ " order by file_name, row_key, column_name, problem"
            ) -%}
            {%- for severity, file, row, column, problem, suggested_fix in rows -%}
                {%- set place = file ~ (", row " ~ row if row else "") -%}
                {%- set place = place ~ (", column " ~ column if column else "") -%}
                {%- set text = place ~ "\n    " ~ problem ~ "\n    -> " ~ suggested_fix -%}
                {%- do problems.append((severity, text)) -%}
            {%- endfor -%}
        {%- elif result.status in ("fail", "warn") and result.node.description -%}
            {%- set severity = "error" if result.status == "fail" else "warning" -%}
            {%- set text = result.node.description | trim | wordwrap(96) | indent(4, true) -%}
            {%- set lines = [result.node.name, text] -%}
            {%- if result.node.config.meta.get("says_rows") -%}
                {%- for finding in run_query(result.node.compiled_code).columns["finding"].values() -%}
                    {%- do lines.append("    - " ~ finding) -%}
                {%- endfor -%}
            {%- endif -%}
            {%- do problems.append((severity, lines | join("\n"))) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if problems -%}
        {%- set error_count = problems | selectattr(0, "equalto", "error") | list | length -%}
        {%- set effect = " (what depends on them is not built)" if error_count else "" -%}
        {%- set lines = ["", "To fix in the configuration or the raw tables:"] -%}
        {%- for severity, text in problems | sort(attribute="0") -%}
            {%- do lines.append(severity ~ ": " ~ text) -%}
        {%- endfor -%}
        {%- do lines.append("errors: " ~ error_count ~ effect) -%}
        {%- do lines.append("warnings: " ~ (problems | length - error_count)) -%}
        {%- do print(lines | join("\n") ~ "\n") -%}
    {%- endif -%}
{%- endmacro %}
