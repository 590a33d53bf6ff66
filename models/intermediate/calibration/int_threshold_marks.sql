{{ config(materialized='view') }}

with

suggestions as (

    select distinct
        definition_id,
        contender,
        score_threshold,
        capacity_threshold,
        usual_band_threshold,
        best_gain_threshold
    from {{ ref('int_suggested_points') }}
    where contender = 'suggested_points'

),

current_marks as (

    select
        definition_id,
        definition_key as contender,
        coalesce(score_threshold, 100) as mark,
        score_threshold is not null as is_given
    from {{ ref('stg_config__definitions') }}
    union all
    select
        definition_id,
        contender,
        score_threshold as mark,
        true as is_given
    from suggestions

),

numbers as (

    {{ dbt.generate_series(30) | indent(4) }}

),

marks as (

    select
        current_marks.definition_id,
        current_marks.contender,
        cast(current_marks.mark * numbers.generated_number / 10 as decimal(18, 2))
            as score_threshold,
        current_marks.is_given and numbers.generated_number = 10 as is_current
    from current_marks
    cross join numbers
    {%- for name in ["capacity", "usual_band", "best_gain"] %}
    {{ union_distinct() }}
    select
        definition_id,
        contender,
        cast({{ name }}_threshold as decimal(18, 2)) as score_threshold,
        {{ name }}_threshold = score_threshold as is_current
    from suggestions
    where {{ name }}_threshold is not null
    {%- endfor %}

)

select
    definition_id,
    contender,
    score_threshold,
    coalesce(
        lead(score_threshold) over (
            partition by definition_id, contender order by score_threshold
        ),
        score_threshold * 31 / 30
    ) as next_threshold,
    is_current
from marks
