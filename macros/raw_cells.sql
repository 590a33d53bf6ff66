{#- How a raw cell is read that says who, where or whether. Each gives null for what it cannot read;
    the contract (models/staging/_staging__sources.yml) says by `meta: form` which column is which. -#}

{#- Whether a cell says yes: true, false, or null where it is blank or says neither. Words are those
    of the languages in which tools export, and what they write for opt-outs. -#}
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

{#- The id in a cell; null for a placeholder that broken clients send in place of one (`vars:
    placeholder_ids`, in any case, and whatever is but zeros), which would make one person of many. -#}
{% macro known_id(expression) -%}
    {%- set placeholders = [] -%}
    {%- for placeholder in var("placeholder_ids") -%}
        {%- do placeholders.append(dbt.string_literal(dbt.escape_single_quotes(placeholder | lower))) -%}
    {%- endfor -%}
    case
        when
            lower({{ expression }}) not in ({{ placeholders | join(", ") }})
            and replace(replace({{ expression }}, '0', ''), '-', '') <> ''
            then {{ expression }}
    end
{%- endmacro %}

{#- The one mail address in a cell, in lower case: of "Ann Lee <ann@acme.example>" what stands in the
    brackets, without mailto:, quotes, blanks around the @, and dots at the end. -#}
{% macro mail_address(expression) -%}
    {{ return(normalized_cell(
        expression,
        ["^[^<]*<", ">[^>]*$", "^mailto:", '"', " *@ *", "[. ]+$"],
        "[^ @,;<>()]+@" ~ domain_pattern()
    )) }}
{%- endmacro %}

{#- The domain in a cell, in lower case: of https://www.acme.example/about it is acme.example, and so it
    is of an address there. A number is none, nor is a word without a dot; other scripts have to be in
    their xn-- form, as in seeds/reference/mail_domains.csv. -#}
{% macro domain_name(expression) -%}
    {{ return(normalized_cell(
        expression, ["^[a-z0-9+.-]+://", "^[^/@]*@", "[/:?#].*$", "^www[.]", "[. ]+$"], domain_pattern()
    )) }}
{%- endmacro %}

{% macro domain_pattern() -%}
    ([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z][a-z0-9-]*[a-z0-9]
{%- endmacro %}

{#- A text in lower case without some parts, or null where it then is not of a form. By replacing alone:
    what matches is asked for in another way on every engine.
    expression: the text; parts: regular expressions, in the order in which they are taken out (of
    blanks around an @, the @ stays); form: one for all that is left. -#}
{% macro normalized_cell(expression, parts, form) -%}
    {%- set tidy = namespace(text="lower(" ~ expression ~ ")") -%}
    {%- for part in parts -%}
        {%- set tidy.text = "regexp_replace(" ~ tidy.text ~ ", '" ~ part ~ "', '" ~ ("@" if part == " *@ *" else "") ~ "')" -%}
    {%- endfor -%}
    case when regexp_replace({{ tidy.text }}, '^{{ form }}$', '') = '' then nullif({{ tidy.text }}, '') end
{%- endmacro %}

{#- A sum of money; null where it is no number, or as much as a million millions: then it is no sum of
    one customer's, and sums of many would be too wide. -#}
{% macro money(expression) -%}
    case
        when abs({{ try_decimal(expression) }}) < 1000000000000 then {{ try_decimal(expression) }}
    end
{%- endmacro %}

{#- A cell as its column's form is read; as it is, where the column has none.
    expression: the cell; column: its entry in the contract. -#}
{% macro in_form(expression, column) -%}
    {%- set form = column.meta.form -%}
    {%- if form == "mail" -%}
        {{ return(mail_address(expression)) }}
    {%- elif form == "domain" -%}
        {{ return(domain_name(expression)) }}
    {%- elif form == "id" -%}
        {{ return(known_id(expression)) }}
    {%- endif -%}
    {{ return(expression) }}
{%- endmacro %}
