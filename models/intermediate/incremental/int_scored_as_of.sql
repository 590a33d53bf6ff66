{#- Comes after all timelines: what stops a build before they are made leaves this as it was. -#}
-- depends_on: {{ ref('int_scoring_manifest') }}

select as_of_date from {{ ref('int_as_of') }}
