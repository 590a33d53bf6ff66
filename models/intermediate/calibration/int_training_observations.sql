with

observations as (

    select * from {{ ref('int_observations') }}
    where period = 'train' and is_eligible

),

clusters as (

    select
        definition_id,
        cluster_id,
        max(case when is_converted then 1 else 0 end) as has_converted,
        count(*) as observation_count
    from observations
    group by definition_id, cluster_id

),

-- at random, but the same each time
ranked_clusters as (

    select
        *,
        row_number() over (
            partition by definition_id order by {{ dbt.hash('cluster_id') }}, cluster_id
        ) as cluster_number,
        sum(observation_count) over (
            partition by definition_id, has_converted
            order by {{ dbt.hash('cluster_id') }}, cluster_id
            rows between unbounded preceding and current row
        ) as running_count,
        sum(observation_count) over (partition by definition_id, has_converted) as class_count,
        sum(observation_count) over (partition by definition_id) as total_count
    from clusters

),

-- half of the sample for those who convert, as they are few; what one half does not need, the other
-- may have
sampled_clusters as (

    select
        *,
        class_count * 1.0 / sum(observation_count) over (
            partition by definition_id, has_converted
        ) as weight
    from ranked_clusters
    where
        running_count <= greatest(
            {{ var('calibration_sample_size') }} / 2.0,
            {{ var('calibration_sample_size') }} - (total_count - class_count)
        )

),

spans as (

    select
        definition_id,
        min(observed_on) as starts_on,
        max(observed_on) as ends_on
    from observations
    group by definition_id

),

halves as (

    select
        definition_id,
        ends_on,
        {{ dbt.datediff(
            'starts_on', 'ends_on', 'day'
        ) }} as span_days
    from spans

)

select
    observations.definition_id,
    observations.entity_type,
    observations.entity_id,
    row_number() over (
        partition by observations.definition_id
        order by sampled_clusters.cluster_number, observations.entity_id, observations.observed_on
    ) as observation_number,
    dense_rank() over (
        partition by observations.definition_id
        order by sampled_clusters.cluster_number, observations.entity_id
    ) as entity_number,
    sampled_clusters.cluster_number,
    sampled_clusters.weight,
    observations.is_converted,
    -- the later half of the time says when to stop
    observations.observed_on > {{ add_days(
        'halves.ends_on', '-floor(halves.span_days / 2.0)'
    ) }} as is_later,
    observations.observed_on
from observations
inner join sampled_clusters
    on
        observations.definition_id = sampled_clusters.definition_id
        and observations.cluster_id = sampled_clusters.cluster_id
inner join halves
    on observations.definition_id = halves.definition_id
