{%- set shares = ["conversion_rate", "precision_at_threshold", "recall_at_threshold", "auc"] -%}

select
    parts.definition_id,
    definitions.definition_version,
    parts.part_type,
    parts.part,
    cast(parts.part_number as {{ dbt.type_int() }}) as part_number,
    cast(parts.observation_count as {{ dbt.type_bigint() }}) as observation_count,
    cast(parts.converted_count as {{ dbt.type_bigint() }}) as converted_count,
    cast(parts.converted_cluster_count as {{ dbt.type_bigint() }}) as converted_cluster_count,
    {%- for name in shares + ["auc_change"] %}
    {%- for end in ["", "_low", "_high"] %}
    cast(parts.{{ name }}{{ end }} as decimal(18, 4)) as {{ name }}{{ end }},
    {%- endfor %}
    {%- endfor %}
    nullif(parts.changed_since, '') as changed_since,
    parts.verdict
from {{ ref('int_evaluation_parts') }} as parts
inner join {{ ref('stg_config__definitions') }} as definitions
    on parts.definition_key = definitions.definition_key
