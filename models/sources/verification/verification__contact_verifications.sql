{%- set words = {
    "valid": ["valid", "deliverable", "webmail", "ok"],
    "risky": ["risky", "catch-all", "catch_all", "catchall", "accept_all", "accept-all"],
    "invalid": [
        "invalid", "undeliverable", "spamtrap", "abuse", "do_not_mail", "disposable", "bounced",
    ],
} -%}

select
    email,
    case
        {%- for status, results in words.items() %}
        when
            lower(result) in (
                '{{ results | join("',
                '") }}'
            )
            then '{{ status }}'
        {%- endfor %}
        else 'unknown'
    end as status,
    verified_at
from {{ source_rows('verification', 'results') }} as results
