{#- What DuckDB reads of a folder of raw files (var raw_path, or a source's path). No form is guessed:
    a file is what its name says, and is read strictly; src/pql/raw.py looks at the same files before
    a build. -#}

{#- One pattern for each depth, for ** follows no links. DuckDB looks at the end of a path, before a
    question mark, for how a file is packed. -#}
{% macro raw_folder(folder, table="") -%}
    {%- set base = folder.rstrip("/") -%}
    {%- set letters = [] -%}
    {%- for letter in table -%}{%- do letters.append("[" ~ letter ~ letter | upper ~ "]") -%}{%- endfor -%}
    {%- set pattern = path_literal(base)[:-1] ~ "/" ~ letters | join -%}
    {%- set selects = [] -%}
    {%- for depth in range(9) -%}
        {%- do selects.append("select file from glob(" ~ pattern ~ "*" ~ "/*" * depth ~ "')") -%}
    {%- endfor -%}
    {#- hidden files, what tools leave beside data (._users.csv, _SUCCESS), and read-me's -#}
    {%- set left_out = "(?i)/([._~]|readme\\b|(thumbs[.]db|desktop[.]ini)$)" -%}
    {%- set readable = "(?i)[.]((csv|jsonl|ndjson)([.]gz)?|parquet)$" -%}
    {%- set files = [] -%}
    {%- for path, holder, ending in run_query(
        "select path, split_part(name, '/', 1), lower(regexp_extract(name, '" ~ readable ~ "', 1)) "
        ~ "from (select file as path, file[" ~ (base | length + 2) ~ ":] as name from ("
        ~ selects | join(" union ") ~ ") as found_files) as named_files "
        ~ "where not regexp_matches('/' || name, '" ~ left_out ~ "') order by path"
    ) -%}
        {%- set form = ending.removesuffix(".gz") -%}
        {%- do files.append({
            "path": path,
            "holder": holder,
            "table": holder.split(".")[0] | lower,
            "form": {"jsonl": "json", "ndjson": "json"}.get(form, form),
            "packing": "gzip" if ending.endswith(".gz") else "none",
        }) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{% macro raw_file_parts(name, files, origin="") -%}
    {%- set holders = files | map(attribute="holder") | unique | list -%}
    {%- if holders | length > 1 -%}
        {{ raw_error(holders | join(" and "), "both hold the table " ~ name ~ "; keep one of them") }}
    {%- endif -%}
    {%- for file in files if not file.form -%}
        {{ raw_error(file.path, "cannot be read as part of " ~ name ~ "; export it as CSV, JSON lines or Parquet") }}
    {%- endfor -%}
    {%- set sources = [] -%}
    {%- set of_form = {"csv": csv_sources, "json": json_sources, "parquet": parquet_sources} -%}
    {%- for form, of_one_form in files | groupby("form") -%}
        {%- for packing, alike in of_one_form | groupby("packing") -%}
            {%- do sources.extend(of_form[form](alike | map(attribute="path") | list, packing, origin)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set parts = [] -%}
    {%- for source in sources -%}
        {%- set columns = [] -%}
        {%- for row in run_query("describe select * from " ~ source.sql) -%}
            {%- do columns.append((row[0], row[1])) -%}
        {%- endfor -%}
        {%- do parts.append(raw_part(source.sql, source.path, columns, origin)) -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

{#- Text, as a guessed type would change ids such as 007, and lose the offset of a time. -#}
{% macro csv_sources(paths, packing, origin) -%}
    {%- set first_lines = [] -%}
    {#- not strict, for a later line may have another end in a text in quotes -#}
    {%- for path in paths -%}
        {%- do first_lines.append(
            "(select " ~ text_literal(path) ~ ", line from read_csv(" ~ path_literal(path)
            ~ ", columns = {'line': 'varchar'}, auto_detect = false, header = false, delim = chr(1), "
            ~ "quote = '', escape = '', skip = 0, comment = '', strict_mode = false, "
            ~ "max_line_size = 16777216, "
            ~ "compression = '" ~ packing ~ "') limit 1)"
        ) -%}
    {%- endfor -%}
    {%- set alike = {} -%}
    {%- for path, line in run_query(first_lines | join(" union all ")) -%}
        {%- do alike.setdefault(line or "", []).append(path) -%}
    {%- endfor -%}
    {%- set sources = [] -%}
    {%- for line, paths in alike | dictsort -%}
        {%- set columns = [] -%}
        {%- for quoted, plain in modules.re.findall('(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))', line) -%}
            {%- set name = (quoted | replace('""', '"') or plain) | trim -%}
            {#- vendors' files may name a column twice; the raw contract's may not -#}
            {%- set before = columns | map("lower") | select("equalto", name | lower) | list | length -%}
            {%- do columns.append(name ~ "_" ~ (before + 1) if before and not origin else name) -%}
        {%- endfor -%}
        {#- nullstr: an empty cell too many would pass as a null -#}
        {%- set options = "delim = ',', quote = '\"', escape = '\"', header = true, skip = 0, "
            ~ "comment = '', nullstr = '(no cell is null)', auto_detect = false, strict_mode = true, "
            ~ "null_padding = false, ignore_errors = false, max_line_size = 16777216" -%}
        {%- do sources.append(text_source("read_csv", paths, packing, columns, options)) -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}

{% macro json_sources(paths, packing, origin) -%}
    {%- set keys = run_query(
        "select distinct unnest(json_keys(json)) as key from read_ndjson_objects("
        ~ path_list(paths) ~ ", compression = '" ~ packing ~ "') order by key"
    ).columns[0].values() -%}
    {%- set options = "format = 'newline_delimited'" -%}
    {{ return([text_source("read_json", paths, packing, keys, options)] if keys else []) }}
{%- endmacro %}

{#- Apart by type, or DuckDB would make one type of all, and no JSON of what is structured. -#}
{% macro parquet_sources(paths, packing, origin) -%}
    {%- set alike = {} -%}
    {%- for path, columns in run_query(
        "select file_name, string_agg(concat_ws(' ', name, duckdb_type, num_children), '|') "
        ~ "from parquet_schema(" ~ path_list(paths) ~ ") group by file_name order by file_name"
    ) -%}
        {%- do alike.setdefault(columns, []).append(path) -%}
    {%- endfor -%}
    {%- set sources = [] -%}
    {%- for paths in alike.values() -%}
        {%- do sources.append({
            "sql": "read_parquet(" ~ path_list(paths)
                ~ ", binary_as_string = true, hive_types_autocast = false)",
            "path": paths[0],
        }) -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}

{% macro text_source(reader, paths, packing, columns, options) -%}
    {%- set typed = [] -%}
    {%- for column in columns -%}
        {%- do raw_error(paths[0], "column " ~ loop.index ~ " has no name") if not column -%}
        {%- do typed.append(text_literal(column) ~ ": 'varchar'") -%}
    {%- endfor -%}
    {%- do check_names(paths[0], columns) -%}
    {{ return({
        "sql": reader ~ "(" ~ path_list(paths) ~ ", columns = {" ~ typed | join(", ") ~ "}, "
            ~ options ~ ", compression = '" ~ packing ~ "', hive_types_autocast = false)",
        "path": paths[0],
    }) }}
{%- endmacro %}

{% macro text_literal(text) -%}
    {{ return(dbt.string_literal(dbt.escape_single_quotes(text))) }}
{%- endmacro %}

{% macro path_literal(path) -%}
    {{ return(path_list([path])[1:-1]) }}
{%- endmacro %}

{#- There may be thousands: no macro is called for each. -#}
{% macro path_list(paths) -%}
    {%- set quoted = paths | map("replace", "'", "''") | join("', '") -%}
    {{ return("['" ~ modules.re.sub("([*?[])", "[\\1]", quoted) ~ "']") }}
{%- endmacro %}

{% macro raw_error(place, problem) -%}
    {%- do exceptions.raise_compiler_error(place ~ ": " ~ problem) -%}
{%- endmacro %}
