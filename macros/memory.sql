{#- How tables remember that are no function of raw: what was said, and what was synced. A sync mart
    is contracted like any mart; here the contract is read, so that each column is named once. -#}

{% macro existing_relation(model_name) -%}
    {%- set node = graph.get("nodes", {}).get("model." ~ project_name ~ "." ~ model_name) -%}
    {%- if execute and node -%}
        {{ return(adapter.get_relation(node.database, node.schema, node.alias)) }}
    {%- endif -%}
{%- endmacro %}

{% macro run_start() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{% macro forget_users(user_id) -%}
    {%- if load_relation(this) -%}
    delete from {{ this }}
    where {{ dbt.hash(user_id) }} in (select name_hash from {{ ref('stg_product__forgotten_hashes') }})
    {%- endif -%}
{%- endmacro %}

{% macro drop_forgotten_contacts() -%}
    {%- if load_relation(this) and not var("as_of") -%}
    delete from {{ this }}
    where is_deleted and sync_changed_at < {{ dbt.dateadd("day", -30, run_start()) }}
    {%- endif -%}
{%- endmacro %}

{% macro sync_columns(model_name) -%}
    {%- set node = graph.get("nodes", {}).get("model." ~ project_name ~ "." ~ model_name, {}) -%}
    {{ return(node.get("columns", {}).values() | list) }}
{%- endmacro %}

{% macro previous_rows(model_name) -%}
    {%- set columns = sync_columns(model_name) -%}
    {%- if not columns -%}{{ return("select * from " ~ this) }}{%- endif -%}
    {%- set relation = existing_relation(model_name) -%}
    {%- set found = [] -%}
    {%- if relation -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do found.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    select
        {%- for column in columns %}
        {% if column.name in found -%}
        {{ column.name }}
        {%- else -%}
        cast(null as {{ api.Column.translate_type(column.data_type) }}) as {{ column.name }}
        {%- endif %}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ relation if found else "(select 1 as nothing) as no_rows where 1 = 0" }}
{%- endmacro %}

{% macro rows_to_sync(model_name, relation, key, entity_type=none, entity_id=none) -%}
    {#- so that dbt learns while it parses what is read -#}
    {%- do ref("int_held_leads") if entity_id and not execute -%}
    {%- set columns = sync_columns(model_name) -%}
    {%- if not columns -%}{{ return("select * from " ~ relation) }}{%- endif -%}
    {%- set names = [] -%}
    {%- set trigger_names = [] -%}
    select
        current_rows.*,
        {%- for column in columns if not column.name.startswith("sync_") -%}
            {%- do names.append(column.name) -%}
            {%- if column.meta.get("triggers_sync", true) and column.name != "score" -%}
                {%- do trigger_names.append(column.name) -%}
            {%- endif -%}
        {%- endfor %}
        {{ dbt.hash(row_text(names, "current_rows")) }} as sync_row_hash,
        {{ run_start() }} as sync_changed_at
    from (
        select
            {%- for column in columns if column.name in names %}
            {% if column.data_type == "string" -%}
            coalesce(substring({{ column.name }}, 1, {{ column.meta.max_length or 255 }}), '')
            {%- else -%}
            cast({{ column.name }} as {{ api.Column.translate_type(column.data_type) }})
            {%- endif %} as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) as current_rows
    left join previous
        on current_rows.{{ key }} = previous.{{ key }}
    where
        {{ "1 = 0" if var("as_of") else "1 = 1" }}
        {%- if entity_id %}
        and (
            previous.{{ key }} is null
            or not exists (
                select 1 from {{ ref("int_held_leads") }} as held_leads
                where
                    held_leads.entity_type = {{ entity_type }}
                    and held_leads.entity_id = {{ entity_id }}
            )
        )
        {%- endif %}
        and (
            previous.{{ key }} is null
            or ({{ row_text(trigger_names, "current_rows") }})
            <> ({{ row_text(trigger_names, "previous") }})
            {%- if "score" in names %}
            or abs(coalesce(current_rows.score, -1) - coalesce(previous.score, -1))
            >= greatest({{ var("sync_score_step") }}, 1)
            {%- endif %}
        )
{%- endmacro %}

{% macro account_key(account_id) -%}
    {{ return(dbt.hash("'account|' || " ~ account_id)) }}
{%- endmacro %}

{% macro contact_key(email) -%}
    {{ return(dbt.hash("'contact|' || " ~ email)) }}
{%- endmacro %}

{% macro account_url(account_id) -%}
    {%- if var("account_url_template") -%}
    replace({{ text_literal(var("account_url_template")) }}, '{account_id}', {{ account_id }})
    {%- else -%}
    cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
