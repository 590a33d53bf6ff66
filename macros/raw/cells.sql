{#- How a raw cell is read that says who, where or whether. Each gives null for what it cannot read;
    the contract (models/staging/_staging__sources.yml) says by `meta: form` which column is which. -#}

{% macro try_boolean(expression) -%}
    {%- set yes = [
        "true", "t", "yes", "y", "1", "1.0", "-1", "on", "x", "ja", "j", "wahr", "oui", "vrai", "si", "sí",
        "verdadero", "sim", "verdadeiro", "sì", "vero", "tak", "prawda", "waar", "sant", "ano", "да",
        "opted_out", "opted out", "optout", "unsubscribed",
    ] -%}
    {%- set no = [
        "false", "f", "no", "n", "0", "0.0", "off", "nein", "falsch", "non", "faux", "falso", "não", "nao",
        "nie", "fałsz", "nee", "onwaar", "nej", "falskt", "ne", "нет",
        "opted_in", "opted in", "optin", "subscribed",
    ] -%}
    case
        when lower(cast({{ expression }} as {{ dbt.type_string() }})) in ('{{ yes | join("', '") }}')
            then true
        when lower(cast({{ expression }} as {{ dbt.type_string() }})) in ('{{ no | join("', '") }}')
            then false
    end
{%- endmacro %}

{% macro known_id(expression) -%}
    {%- set placeholders = [] -%}
    {%- for placeholder in var("placeholder_ids") -%}
        {%- do placeholders.append(text_literal(placeholder | lower)) -%}
    {%- endfor -%}
    case
        when
            lower({{ expression }}) not in ({{ placeholders | join(", ") }})
            and replace(replace({{ expression }}, '0', ''), '-', '') <> ''
            then {{ expression }}
    end
{%- endmacro %}

{#- By replacing alone: what matches is asked for in another way on every engine. -#}
{% macro normalized_cell(expression, parts, form) -%}
    {%- set tidy = namespace(text="lower(" ~ expression ~ ")") -%}
    {%- for part in parts -%}
        {%- set kept = "@" if part == " *@ *" else "" -%}
        {%- set tidy.text = "regexp_replace(" ~ tidy.text ~ ", '" ~ part ~ "', '" ~ kept ~ "')" -%}
    {%- endfor -%}
    case
        when regexp_replace({{ tidy.text }}, '^{{ form }}$', '') = '' then nullif({{ tidy.text }}, '')
    end
{%- endmacro %}

{% macro money(expression) -%}
    case
        when abs({{ try_decimal(expression) }}) < 1000000000000 then {{ try_decimal(expression) }}
    end
{%- endmacro %}

{#- Of "Ann Lee <ann@acme.example>" the address is what stands in the brackets, without mailto:,
    quotes, blanks around the @, and dots at the end; of https://www.acme.example/about, and of an
    address there, the domain is acme.example. -#}
{% macro in_form(expression, column) -%}
    {%- set form = column.meta.form -%}
    {%- set domain = "([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z][a-z0-9-]*[a-z0-9]" -%}
    {%- if form == "mail" -%}
        {{ return(normalized_cell(
            expression,
            ["^[^<]*<", ">[^>]*$", "^mailto:", '"', " *@ *", "[. ]+$"],
            "[^ @,;<>()]+@" ~ domain
        )) }}
    {%- elif form == "domain" -%}
        {{ return(normalized_cell(
            expression,
            ["^[a-z0-9+.-]+://", "^[^/@]*@", "[/:?#].*$", "^www[.]", "[. ]+$"],
            domain
        )) }}
    {%- elif form == "id" -%}
        {{ return(known_id(expression)) }}
    {%- endif -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro mail_address(expression) -%}
    {{ return(in_form(expression, {"meta": {"form": "mail"}})) }}
{%- endmacro %}

{% macro mail_domain(expression) -%}
    {{ return(in_form(expression, {"meta": {"form": "domain"}})) }}
{%- endmacro %}

{% macro epoch_unit(name, column, parts) -%}
    {%- set stated = var("epoch_times").get(name ~ "." ~ column) -%}
    {%- if stated or not execute -%}
        {{ return({"seconds": 1, "milliseconds": 1000, "microseconds": 1000000}.get(stated)) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {#- a vendor's view says of itself what its numbers are -#}
    {%- set parts = parts | selectattr("origin", "equalto", "canonical") | list -%}
    {%- for part in parts if column in part.columns and part.columns[column].kind != "timestamp" -%}
        {%- do selects.append(
            "select trim(cast(" ~ adapter.quote(part.columns[column].name) ~ " as " ~ dbt.type_string()
            ~ ")) as cell from " ~ part.source ~ " as raw_rows"
        ) -%}
    {%- endfor -%}
    {%- set cells = "(" ~ selects | join(" union all ") ~ ") as cells where cell <> ''" -%}
    {#- for a column of ISO 8601 one look at one cell is enough -#}
    {%- set first = run_query("select cell from " ~ cells ~ " limit 1").rows if selects else [] -%}
    {%- if not first or not first[0][0].replace(".", "").isdigit() -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set is_number = try_decimal("cell") ~ " is not null" -%}
    {%- set length = "length(" ~ dbt.split_part("cell", "'.'", 1) ~ ")" -%}
    {%- set counts = run_query(
        "select count(*), sum(case when cell like '%-%' then 1 else 0 end), "
        ~ "sum(case when " ~ is_number ~ " and " ~ length ~ " = 10 then 1 else 0 end), "
        ~ "sum(case when " ~ is_number ~ " and " ~ length ~ " = 13 then 1 else 0 end), "
        ~ "sum(case when " ~ is_number ~ " and " ~ length ~ " = 16 then 1 else 0 end) "
        ~ "from " ~ cells
    ).rows[0] -%}
    {#- a few may be broken, but none may be of another kind -#}
    {%- for unit, count in [(1, counts[2]), (1000, counts[3]), (1000000, counts[4])] -%}
        {%- set others = counts[1] + counts[2] + counts[3] + counts[4] - count -%}
        {%- if others == 0 and count >= 0.9 * counts[0] -%}
            {{ return(unit) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
