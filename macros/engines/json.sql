{#- JSON access, the one thing that dbt's cross-database macros lack. -#}

{% macro is_json_object(json_text) -%}
    {{ return(adapter.dispatch("is_json_object")(json_text)) }}
{%- endmacro %}

{% macro duckdb__is_json_object(json_text) -%}
    case when json_valid({{ json_text }}) then json_type({{ json_text }}) = 'OBJECT' else false end
{%- endmacro %}

{% macro postgres__is_json_object(json_text) -%}
    coalesce(jsonb_typeof(pql_try_json({{ json_text }})) = 'object', false)
{%- endmacro %}

{#- What can be parsed and begins with a brace is an object (AWS: "CAN_JSON_PARSE function"). -#}
{% macro redshift__is_json_object(json_text) -%}
    coalesce(can_json_parse({{ json_text }}) and left(trim({{ json_text }}), 1) = '{', false)
{%- endmacro %}

{% macro snowflake__is_json_object(json_text) -%}
    coalesce(typeof(try_parse_json({{ json_text }})) = 'OBJECT', false)
{%- endmacro %}

{#- Numbers of more digits than a double has would make it fail (docs: "PARSE_JSON"). -#}
{% macro bigquery__is_json_object(json_text) -%}
    coalesce(json_type({{ bigquery_json(json_text) }}) = 'object', false)
{%- endmacro %}

{% macro trino__is_json_object(json_text) -%}
    coalesce(substr(json_format(try(json_parse({{ json_text }}))), 1, 1) = '{', false)
{%- endmacro %}

{% macro json_property_type(json_text, key) -%}
    {{ return(adapter.dispatch("json_property_type")(json_text, key)) }}
{%- endmacro %}

{% macro duckdb__json_property_type(json_text, key) -%}
    nullif(json_type({{ json_text }}, {{ json_pointer(key) }}), 'NULL')
{%- endmacro %}

{% macro postgres__json_property_type(json_text, key) -%}
    nullif(upper(jsonb_typeof(pql_try_json({{ json_text }}) -> {{ key }})), 'NULL')
{%- endmacro %}

{#- Of a text alone: Redshift finds a key that is a column's in text, not in a super (AWS:
    "JSON_EXTRACT_PATH_TEXT function"), and there a text that looks like an object is none the less. -#}
{% macro redshift__json_property_type(json_text, key) -%}
    case
        when {{ redshift_property(json_text, key) }} is null then null
        when left({{ redshift_property(json_text, key) }}, 1) = '{' then 'OBJECT'
        when left({{ redshift_property(json_text, key) }}, 1) = '[' then 'ARRAY'
        else 'SCALAR'
    end
{%- endmacro %}

{% macro snowflake__json_property_type(json_text, key) -%}
    nullif(typeof(get(try_parse_json({{ json_text }}), {{ key }})), 'NULL_VALUE')
{%- endmacro %}

{% macro bigquery__json_property_type(json_text, key) -%}
    nullif(upper(json_type({{ bigquery_json(json_text) }}[{{ key }}])), 'NULL')
{%- endmacro %}

{#- Trino has no type of a JSON value (docs: "JSON functions"): it is seen from how it is written. -#}
{% macro trino__json_property_type(json_text, key) -%}
    {%- set cell = "json_format(" ~ trino_property(json_text, key) ~ ")" -%}
    case
        when nullif({{ cell }}, 'null') is null then null
        when substr({{ cell }}, 1, 1) = '{' then 'OBJECT'
        when substr({{ cell }}, 1, 1) = '[' then 'ARRAY'
        else 'SCALAR'
    end
{%- endmacro %}

{% macro json_scalar(json_text, key) -%}
    {{ return(adapter.dispatch("json_scalar")(json_text, key)) }}
{%- endmacro %}

{% macro duckdb__json_scalar(json_text, key) -%}
    case
        when {{ json_property_type(json_text, key) }} not in ('OBJECT', 'ARRAY')
            then json_extract_string({{ json_text }}, {{ json_pointer(key) }})
    end
{%- endmacro %}

{% macro postgres__json_scalar(json_text, key) -%}
    case
        when jsonb_typeof(pql_try_json({{ json_text }}) -> {{ key }}) not in ('object', 'array')
            then pql_try_json({{ json_text }}) ->> {{ key }}
    end
{%- endmacro %}

{% macro redshift__json_scalar(json_text, key) -%}
    case
        when {{ json_property_type(json_text, key) }} = 'SCALAR'
            then {{ redshift_property(json_text, key) }}
    end
{%- endmacro %}

{% macro snowflake__json_scalar(json_text, key) -%}
    case
        when {{ json_property_type(json_text, key) }} not in ('OBJECT', 'ARRAY')
            then cast(get(try_parse_json({{ json_text }}), {{ key }}) as varchar)
    end
{%- endmacro %}

{#- json_value knows scalars alone. -#}
{% macro bigquery__json_scalar(json_text, key) -%}
    json_value({{ bigquery_json(json_text) }}[{{ key }}])
{%- endmacro %}

{% macro trino__json_scalar(json_text, key) -%}
    json_extract_scalar({{ trino_property(json_text, key) }}, '$')
{%- endmacro %}

{% macro json_at(json_text, path) -%}
    {{ return(adapter.dispatch("json_at")(json_text, path)) }}
{%- endmacro %}

{% macro duckdb__json_at(json_text, path) -%}
    {%- set steps = [] -%}
    {%- for step in path -%}{%- do steps.append(step | replace("~", "~0") | replace("/", "~1")) -%}{%- endfor -%}
    case
        when json_valid({{ json_text }})
            then json_extract_string({{ json_text }}, {{ text_literal("/" ~ steps | join("/")) }})
    end
{%- endmacro %}

{% macro postgres__json_at(json_text, path) -%}
    {%- set steps = [] -%}
    {%- for step in path -%}{%- do steps.append(text_literal(step)) -%}{%- endfor -%}
    pql_try_json({{ json_text }}) #>> array[{{ steps | join(", ") }}]
{%- endmacro %}

{#- A number is a place in a list, or else a key. -#}
{% macro redshift__json_at(json_text, path) -%}
    {%- set found = namespace(sql=json_text) -%}
    {%- for step in path -%}
        {%- set property = redshift_property(found.sql, text_literal(step)) -%}
        {%- set item = "json_extract_array_element_text(" ~ found.sql ~ ", " ~ step ~ ", true)" -%}
        {%- set found.sql = coalesced(property, item if step.isdigit()) -%}
    {%- endfor -%}
    {{ found.sql }}
{%- endmacro %}

{% macro snowflake__json_at(json_text, path) -%}
    {%- set found = namespace(sql="try_parse_json(" ~ json_text ~ ")") -%}
    {%- for step in path -%}
        {%- set property = "get(" ~ found.sql ~ ", " ~ text_literal(step) ~ ")" -%}
        {%- set item = "get(" ~ found.sql ~ ", " ~ step ~ ")" -%}
        {%- set found.sql = coalesced(property, item if step.isdigit()) -%}
    {%- endfor -%}
    cast({{ found.sql }} as varchar)
{%- endmacro %}

{% macro bigquery__json_at(json_text, path) -%}
    {%- set found = namespace(sql=bigquery_json(json_text)) -%}
    {%- for step in path -%}
        {%- set property = found.sql ~ "[" ~ text_literal(step) ~ "]" -%}
        {%- set item = found.sql ~ "[" ~ step ~ "]" -%}
        {%- set found.sql = coalesced(property, item if step.isdigit()) -%}
    {%- endfor -%}
    coalesce(json_value({{ found.sql }}), nullif(to_json_string({{ found.sql }}), 'null'))
{%- endmacro %}

{% macro trino__json_at(json_text, path) -%}
    {%- set found = namespace(sql=json_text) -%}
    {%- for step in path -%}
        {%- set property = trino_property(found.sql, text_literal(step)) -%}
        {%- set item = "json_extract(" ~ found.sql ~ ", '$[" ~ step ~ "]')" -%}
        {%- set found.sql = "json_format(" ~ coalesced(property, item if step.isdigit()) ~ ")" -%}
    {%- endfor -%}
    coalesce(json_extract_scalar({{ found.sql }}, '$'), nullif({{ found.sql }}, 'null'))
{%- endmacro %}

{% macro coalesced(expression, otherwise) -%}
    {{ return("coalesce(" ~ expression ~ ", " ~ otherwise ~ ")" if otherwise else expression) }}
{%- endmacro %}

{% macro redshift_property(json_text, key) -%}
    nullif(json_extract_path_text({{ json_text }}, {{ key }}, true), '')
{%- endmacro %}

{% macro bigquery_json(json_text) -%}
    safe.parse_json({{ json_text }}, wide_number_mode => 'round')
{%- endmacro %}

{#- Through a map, for a key with any letter in it. -#}
{% macro trino_property(json_text, key) -%}
    element_at(try(cast(json_parse({{ json_text }}) as map(varchar, json))), {{ key }})
{%- endmacro %}

{#- Without nulls, so that a column that comes later changes no row that is there. -#}
{% macro pack_json(cells) -%}
    {{ return(adapter.dispatch("pack_json")(cells)) }}
{%- endmacro %}

{% macro default__pack_json(cells) -%}
    to_json(named_struct({{ key_value_list(cells) }}))
{%- endmacro %}

{% macro duckdb__pack_json(cells) -%}
    cast(json_merge_patch('{}', json_object({{ key_value_list(cells) }})) as varchar)
{%- endmacro %}

{% macro snowflake__pack_json(cells) -%}
    to_json(object_construct({{ key_value_list(cells) }}))
{%- endmacro %}

{% macro bigquery__pack_json(cells) -%}
    to_json_string(json_strip_nulls(json_object({{ key_value_list(cells) }}), include_arrays => false))
{%- endmacro %}

{#- Written as text: a super's object keeps its nulls (AWS: "OBJECT function"). -#}
{% macro redshift__pack_json(cells) -%}
    '{' || ltrim(
        {%- for key, cell in cells.items() %}
        {{ "|| " if not loop.first -}}
        coalesce({{ text_literal("," ~ (key | tojson) ~ ":") }} || json_serialize(cast({{ cell }} as super)), '')
        {%- else %}
        ''
        {%- endfor %},
        ','
    ) || '}'
{%- endmacro %}

{% macro trino__pack_json(cells) -%}
    {%- set keys, values = [], [] -%}
    {%- for key, cell in cells.items() -%}
        {%- do keys.append(text_literal(key)) -%}
        {%- do values.append("cast(" ~ cell ~ " as json)") -%}
    {%- endfor -%}
    json_format(
        cast(
            map_filter(
                map(array[{{ keys | join(", ") }}], array[{{ values | join(", ") }}]),
                (name, cell) -> cell is not null
            ) as json
        )
    )
{%- endmacro %}

{#- In chunks, for a function takes no more than a hundred arguments. -#}
{% macro postgres__pack_json(cells) -%}
    cast(
        jsonb_strip_nulls(
            {%- for chunk in cells.items() | batch(50) %}
            {{ "|| " if not loop.first }}jsonb_build_object({{ key_value_list(dict(chunk)) }})
            {%- else %}
            '{}'
            {%- endfor %}
        ) as text
    )
{%- endmacro %}

{#- Google's [{"key": ..., "value": {"string_value": ...}}] as an object. Written as text, as a key may be
    there twice. -#}
{% macro keyed_values_as_json(json_text) -%}
    {{ return(adapter.dispatch("keyed_values_as_json")(json_text)) }}
{%- endmacro %}

{% macro spark__keyed_values_as_json(json_text) -%}
    {%- set value = "value: struct<string_value: string, int_value: bigint, float_value: double, double_value: double>" -%}
    '{' || array_join(
        transform(
            from_json({{ json_text }}, 'array<struct<key: string, {{ value }}>>'),
            pair -> {{ spark_text_as_json("pair.key") }} || ':' || coalesce(
                {{ spark_text_as_json("pair.value.string_value") }},
                {%- for kind in ("int", "float", "double") %}
                cast(pair.value.{{ kind }}_value as string),
                {%- endfor %}
                'null'
            )
        ),
        ','
    ) || '}'
{%- endmacro %}

{#- to_json takes no text by itself, only a list of texts. -#}
{% macro spark_text_as_json(text) -%}
    case
        when {{ text }} is not null
            then substring(to_json(array({{ text }})), 2, length(to_json(array({{ text }}))) - 2)
    end
{%- endmacro %}

{% macro duckdb__keyed_values_as_json(json_text) -%}
    case
        when json_valid({{ json_text }})
            then '{' || array_to_string(
                list_transform(
                    json_extract({{ json_text }}, '$[*]'),
                    lambda pair: json_extract(pair, '$.key') || ':' || coalesce(
                        {%- for kind in ("string", "int", "float", "double") %}
                        nullif(cast(json_extract(pair, '$.value.{{ kind }}_value') as varchar), 'null'),
                        {%- endfor %}
                        'null'
                    )
                ),
                ','
            ) || '}'
    end
{%- endmacro %}

{% macro postgres__keyed_values_as_json(json_text) -%}
    (
        select
            '{' || string_agg(
                cast(pair -> 'key' as text) || ':' || coalesce(
                    {%- for kind in ("string", "int", "float", "double") %}
                    nullif(cast(pair -> 'value' -> '{{ kind }}_value' as text), 'null'),
                    {%- endfor %}
                    'null'
                ),
                ','
            ) || '}'
        from jsonb_array_elements(pql_try_json({{ json_text }})) as pairs (pair)
    )
{%- endmacro %}

{#- Google exports to BigQuery alone; what was copied on is read where lists can be walked. -#}
{% macro redshift__keyed_values_as_json(json_text) -%}
    {%- do exceptions.raise_compiler_error(
        "ga4: Redshift cannot walk the lists of the export; load its parameters as JSON objects"
    ) if execute -%}
{%- endmacro %}

{% macro snowflake__keyed_values_as_json(json_text) -%}
    '{' || array_to_string(
        transform(
            cast(try_parse_json({{ json_text }}) as array),
            pair -> to_json(get(pair, 'key')) || ':' || coalesce(
                {%- for kind in ("string", "int", "float", "double") %}
                nullif(to_json(get(get(pair, 'value'), '{{ kind }}_value')), 'null'),
                {%- endfor %}
                'null'
            )
        ),
        ','
    ) || '}'
{%- endmacro %}

{% macro trino__keyed_values_as_json(json_text) -%}
    '{' || array_join(
        transform(
            try(cast(json_parse({{ json_text }}) as array(json))),
            pair -> json_format(json_extract(pair, '$.key')) || ':' || coalesce(
                {%- for kind in ("string", "int", "float", "double") %}
                nullif(json_format(json_extract(pair, '$.value.{{ kind }}_value')), 'null'),
                {%- endfor %}
                'null'
            )
        ),
        ','
    ) || '}'
{%- endmacro %}

{% macro bigquery__keyed_values_as_json(json_text) -%}
    (
        select
            '{' || string_agg(
                to_json_string(json_value(pair, '$.key')) || ':' || coalesce(
                    {%- for kind in ("string", "int", "float", "double") %}
                    nullif(json_query(pair, '$.value.{{ kind }}_value'), 'null'),
                    {%- endfor %}
                    'null'
                ),
                ','
            ) || '}'
        from unnest(json_query_array({{ json_text }})) as pair
    )
{%- endmacro %}

{% macro key_value_list(cells) -%}
    {%- set pairs = [] -%}
    {%- for key, cell in cells.items() -%}{%- do pairs.append(text_literal(key) ~ ", " ~ cell) -%}{%- endfor -%}
    {{ return(pairs | join(", ")) }}
{%- endmacro %}

{% macro json_pointer(key) -%}
    '/' || replace(replace({{ key }}, '~', '~0'), '/', '~1')
{%- endmacro %}

{% macro nested_as_json(expression) -%}
    {{ return(adapter.dispatch("nested_as_json")(expression)) }}
{%- endmacro %}

{% macro default__nested_as_json(expression) -%}
    cast(to_json({{ expression }}) as {{ dbt.type_string() }})
{%- endmacro %}

{% macro bigquery__nested_as_json(expression) -%}
    to_json_string({{ expression }})
{%- endmacro %}

{% macro redshift__nested_as_json(expression) -%}
    json_serialize({{ expression }})
{%- endmacro %}

{% macro snowflake__nested_as_json(expression) -%}
    to_json(to_variant({{ expression }}))
{%- endmacro %}

{% macro trino__nested_as_json(expression) -%}
    json_format(cast({{ expression }} as json))
{%- endmacro %}

{#- Spark 3.5 has no type of its own for JSON: an object is read as a map of texts. A text that is itself
    an object or an array cannot be told from one, and 1.10 comes back as 1.1. What follows an object
    counts only within a list; single quotes and control characters pass unless they are forbidden. -#}
{% macro spark__is_json_object(json_text) -%}
    coalesce(
        json_array_length('[' || {{ json_text }} || ']') = 1
        and from_json({{ json_text }}, 'map<string, string>', map('allowSingleQuotes', 'false')) is not null,
        false
    )
{%- endmacro %}

{% macro spark__json_property_type(json_text, key) -%}
    case
        when {{ json_property(json_text, key) }} is null then null
        when json_object_keys({{ json_property(json_text, key) }}) is not null then 'OBJECT'
        when json_array_length({{ json_property(json_text, key) }}) is not null then 'ARRAY'
        else 'SCALAR'
    end
{%- endmacro %}

{% macro spark__json_scalar(json_text, key) -%}
    case
        when {{ spark__json_property_type(json_text, key) }} = 'SCALAR'
            then {{ json_property(json_text, key) }}
    end
{%- endmacro %}

{% macro spark__json_at(json_text, path) -%}
    {%- set found = namespace(sql=json_text) -%}
    {%- for step in path -%}
        {%- set property = json_property(found.sql, text_literal(step)) -%}
        {%- set item = "get(from_json(" ~ found.sql ~ ", 'array<string>'), " ~ step ~ ")" -%}
        {%- set found.sql = coalesced(property, item if step.isdigit()) -%}
    {%- endfor -%}
    {{ found.sql }}
{%- endmacro %}

{% macro json_property(json_text, key) -%}
    from_json({{ json_text }}, 'map<string, string>')[{{ key }}]
{%- endmacro %}
