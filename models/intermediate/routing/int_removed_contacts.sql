with

previous as (

    {{ previous_rows('sync_crm_contacts') }}

),

forgotten_names as (

    select name_hash from {{ ref('stg_product__forgotten_hashes') }}

)

-- what was said once is not taken back by silence
select
    previous.contact_key,
    case
        when coalesce(forgotten_emails.name_hash, forgotten_ids.name_hash) is not null then null
        when links.to_id is not null then 'merged into ' || links.to_id
        else coalesce(users.exclusion_reason, 'no longer in the data of the product')
    end as reason,
    coalesce(forgotten_emails.name_hash, forgotten_ids.name_hash) is not null as is_forgotten
from previous
left join {{ ref('int_synced_people') }} as people
    on previous.contact_key = people.contact_key
left join forgotten_names as forgotten_emails
    on {{ dbt.hash('previous.email') }} = forgotten_emails.name_hash
left join forgotten_names as forgotten_ids
    on {{ dbt.hash('previous.user_id') }} = forgotten_ids.name_hash
left join {{ ref('stg_product__users') }} as staged_users
    on
        previous.user_id = staged_users.user_id
        and previous.email = staged_users.email
left join {{ ref('int_users') }} as users
    on staged_users.user_id = users.user_id
left join {{ ref('int_identity_links') }} as links
    on
        previous.user_id = links.from_id
        and links.entity_type = 'user'
where people.contact_key is null and not previous.is_deleted
