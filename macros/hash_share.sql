{#- Whether a text falls into a share of all texts, always the same ones, and into every larger share
    too: by the first four hexadecimal digits of its hash.
    text: an expression; percent: an expression from 0 to 100. -#}
{% macro hash_is_within(text, percent) -%}
    (
        {%- for weight in [4096, 256, 16, 1] %}
        {%- set digit = "substring(" ~ dbt.hash(text) ~ ", " ~ loop.index ~ ", 1)" %}
        {{ weight }} * ({{ dbt.position(digit, "'0123456789abcdef'") }} - 1){{ " +" if not loop.last }}
        {%- endfor %}
    ) * 100 < 65536 * {{ percent }}
{%- endmacro %}
