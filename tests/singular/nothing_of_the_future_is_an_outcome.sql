-- No payment, outcome, lead or sign-up of a day after the as-of date.
{{ config(group='pql') }}
{%- set dates = {
    "int_entity_payments": "paid_on",
    "int_outcomes": "outcome_on",
    "int_lead_starts": "qualified_on",
    "int_sign_ups": "signed_up_on",
} %}

{% for model, date in dates.items() -%}
select
    '{{ model }}' as model_name,
    dated.{{ date }} as late_date,
    count(*) as row_count
from {{ ref(model) }} as dated
inner join {{ ref('int_as_of') }} as as_of
    on dated.{{ date }} > as_of.as_of_date
group by dated.{{ date }}
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
