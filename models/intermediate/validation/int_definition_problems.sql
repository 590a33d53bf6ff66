with

definitions as (

    {{ config_rows('definitions') }}

),

definition_facts as (

    select
        definitions.*,
        {{ try_decimal('definitions.score_threshold') }} as threshold,
        coalesce(definition_max_scores.most_points, 0) as most_points,
        coalesce(definition_max_scores.scoring_rules, 0) as scoring_rules,
        coalesce(definition_max_scores.hand_raise_rules, 0) as hand_raise_rules,
        coalesce(definition_max_scores.required_rules, 0) as required_rules,
        sum(case when definitions.status = 'live' then 1 else 0 end)
            over (partition by definitions.definition_id) as live_versions
    from definitions
    left join {{ ref('int_definition_max_scores') }} as definition_max_scores
        on definitions.definition_key = definition_max_scores.definition_key
    where definitions.definition_key is not null

),

version_parts as (

    {%- for file in ["definition_rules", "fit_rules", "category_caps"] %}
    select
        '{{ file }}.csv' as file_name,
        row_key,
        definition_id,
        version,
        definition_key
    from ({{ config_rows(file) }}) as {{ file }}
    where definition_key is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

known_versions as (

    select
        definition_id,
        {{ dbt.listagg("version", "', '", "order by version") }} as versions
    from definitions
    group by definition_id

)

select
    'definitions.csv' as file_name,
    row_key,
    'status' as column_name,
    'is live in ' || cast(live_versions as {{ dbt.type_string() }}) || ' versions of '
    || definition_id as problem,
    'keep one version live; make the others challenger, draft or retired' as suggested_fix,
    'error' as severity
from definition_facts
where status = 'live' and live_versions > 1

union all

select
    'definitions.csv' as file_name,
    row_key,
    'score_threshold' as column_name,
    score_threshold || ' is above the ' || {{ format_number('most_points') }}
    || ' points that its rules can add up to, and no rule is a hand_raise' as problem,
    'lower it, or give its rules in definition_rules.csv more points' as suggested_fix,
    'error' as severity
from definition_facts
where threshold > most_points and hand_raise_rules = 0

union all

select
    'definitions.csv' as file_name,
    row_key,
    'score_threshold' as column_name,
    'is blank and no rule is required, so that every eligible ' || entity_type || ' qualifies'
        as problem,
    'write a score_threshold, or give a rule a requirement_group' as suggested_fix,
    'warning' as severity
from definition_facts
where score_threshold is null and required_rules = 0

union all

select
    'definitions.csv' as file_name,
    row_key,
    '' as column_name,
    'adds up ' || cast(scoring_rules as {{ dbt.type_string() }})
    || ' rules; five to eight are easier to explain and to trust' as problem,
    'drop the weakest of its rules in definition_rules.csv' as suggested_fix,
    'warning' as severity
from definition_facts
where scoring_rules > 8

union all

select
    'definitions.csv' as file_name,
    row_key,
    'priority' as column_name,
    'is blank, so that a lead that meets several definitions is shown under another' as problem,
    'write a whole number; the lowest speaks for the lead' as suggested_fix,
    'warning' as severity
from definition_facts
where status = 'live' and priority is null

union all

-- the rows of other files must belong to a version that there is
select
    version_parts.file_name,
    version_parts.row_key,
    'version' as column_name,
    version_parts.definition_id || ' has no version ' || version_parts.version as problem,
    'write one that it has (' || known_versions.versions || '), or add it to definitions.csv'
        as suggested_fix,
    'error' as severity
from version_parts
inner join known_versions
    on version_parts.definition_id = known_versions.definition_id
left join definitions
    on version_parts.definition_key = definitions.definition_key
where definitions.definition_key is null
