{% macro with_resolved_identity(rows) -%}
    select
        {{ rows }}.*,
        coalesce(user_links.to_id, {{ rows }}.user_id) as resolved_user_id,
        coalesce(account_links.to_id, {{ rows }}.account_id, users.account_id)
            as resolved_account_id,
        users.exclusion_reason as user_exclusion_reason
    from {{ rows }}
    left join {{ ref('int_identity_links') }} as user_links
        on
            {{ rows }}.user_id = user_links.from_id
            and user_links.entity_type = 'user'
    left join {{ ref('int_users') }} as users
        on coalesce(user_links.to_id, {{ rows }}.user_id) = users.user_id
    left join {{ ref('int_identity_links') }} as account_links
        on
            {{ rows }}.account_id = account_links.from_id
            and account_links.entity_type = 'account'
{%- endmacro %}
