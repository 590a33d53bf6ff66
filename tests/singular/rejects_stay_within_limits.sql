-- The circuit breaker between reading events and telling anybody of them: a test of
-- int_reject_shares alone, so that `dbt build` skips whatever depends on that.
{{ config(group='pql', meta={'says_rows': true}) }}
{%- set text = dbt.type_string() %}

select
    cast(rejected_count as {{ text }}) || ' row(s) rejected, '
    || {{ format_percent('rejected_share') }} || ' of all; of the last '
    || '{{ var("reject_watch_days") }} days '
    || coalesce({{ format_percent('recent_share') }}, 'none')
    || '. Most for ' || top_reason || ', such as ' || example as finding
from {{ ref('int_reject_shares') }}
where
    subject_type = 'all events'
    and is_too_much
    and {{ "1 = 0" if var('accept_rejects') else "1 = 1" }}
