{#- Takes people who asked to be forgotten out of a memory table, before anything is added to it: a
    pre_hook of its model, which depends on int_forgotten_users. user_id: an expression. -#}
{% macro forget_users(user_id) -%}
    {%- if load_relation(this) -%}
    delete from {{ this }}
    where {{ dbt.hash(user_id) }} in (select name_hash from {{ ref('int_forgotten_users') }})
    {%- endif -%}
{%- endmacro %}
