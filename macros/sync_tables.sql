{#- How a sync mart remembers. It is contracted like any mart; here the contract is read, so that
    each column is named once. -#}

{#- How a memory table is written on this engine: only the rows that are given, by their key. -#}
{% macro upsert_strategy() -%}
    {{ return("delete+insert" if target.type in ("duckdb", "postgres", "redshift") else "merge") }}
{%- endmacro %}

{#- When this run began, in UTC. -#}
{% macro run_start() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- The columns of a sync mart, as its contract has them; none while dbt parses. -#}
{% macro sync_columns(model_name) -%}
    {%- set node = graph.get("nodes", {}).get("model." ~ project_name ~ "." ~ model_name, {}) -%}
    {{ return(node.get("columns", {}).values() | list) }}
{%- endmacro %}

{#- The rows of a sync mart as the last build left them, for the mart itself and for what decides
    before it; a column that came with an upgrade is null, and before the first build there are none.
    A unit test, which knows no contract, gives them. -#}
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

{#- The rows to write: those that are new, and those of which more changed than columns that trigger
    no sync (`meta: {triggers_sync: false}`) and a score within `vars: sync_score_step`. None in a
    build of a past day. Text is cut to the length of its field, and never null: an empty text clears
    a field.
    Of a lead whose events are rejected (int_held_leads) what was said last goes on to be said.
    model_name: the mart; relation: a relation with all its columns but hash and stamp; key: its key;
    entity_type, entity_id: whom a row is about, as expressions over current_rows.
    The model has a relation `previous`, of previous_rows. A unit test, which knows no contract, sees all rows. -#}
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
            or ({{ row_text(trigger_names, "current_rows") }}) <> ({{ row_text(trigger_names, "previous") }})
            {%- if "score" in names %}
            or abs(coalesce(current_rows.score, -1) - coalesce(previous.score, -1))
            >= greatest({{ var("sync_score_step") }}, 1)
            {%- endif %}
        )
{%- endmacro %}

{#- The key of an account in every other system: the same for life, and of merged accounts the
    survivor's. account_id: an expression. -#}
{% macro account_key(account_id) -%}
    {{ return(dbt.hash("'account|' || " ~ account_id)) }}
{%- endmacro %}

{#- The key of a person in every other system: of a mail address, so that one address is one person.
    email: an expression, in lower case. -#}
{% macro contact_key(email) -%}
    {{ return(dbt.hash("'contact|' || " ~ email)) }}
{%- endmacro %}

{#- Drops the rows of people who asked to be forgotten once they have stood for 30 days: a pre_hook of
    sync_crm_contacts. -#}
{% macro drop_forgotten_contacts() -%}
    {%- if load_relation(this) and not var("as_of") -%}
    delete from {{ this }}
    where is_deleted and sync_changed_at < {{ dbt.dateadd("day", -30, run_start()) }}
    {%- endif -%}
{%- endmacro %}

{#- Whose tasks are counted together, of which one may be open: an account, or a person without one.
    account_id, user_id: expressions. -#}
{% macro task_subject_key(account_id, user_id) -%}
    case
        when {{ account_id }} is not null then {{ account_key(account_id) }}
        else {{ dbt.hash("'user|' || " ~ user_id) }}
    end
{%- endmacro %}
