-- What `pql review` reads: marts alone. Where one of a query's marts is not built, the page says so.

-- name: built
select table_name
from information_schema.tables
where table_schema = 'pql'

-- name: as_of
select max(as_of_date) as as_of_date
from (
    select as_of_date from pql_accounts
    union all
    select as_of_date from pql_users
)

-- name: definitions
with
standings as (
    select definition_id, definition_version, count(*) as qualified_count
    from pql_history
    where
        is_qualified
        and valid_from <= $as_of_date
        and (valid_to is null or valid_to > $as_of_date)
    group by definition_id, definition_version
)
select definitions.*, coalesce(standings.qualified_count, 0) as qualified_count
from pql_definitions as definitions
left join standings using (definition_id, definition_version)
where definitions.status <> 'retired'
order by
    case definitions.status when 'live' then 1 when 'challenger' then 2 else 3 end,
    definitions.definition_id,
    definitions.definition_version

-- name: moves
-- Who moves comes first, so that the rest is read of them alone. No mail address leaves the database:
-- a user is named by id and company.
with
standings as (
    select history.*, definitions.status
    from pql_history as history
    inner join pql_definitions as definitions
        using (definition_id, definition_version)
    where
        definitions.status in ('live', 'challenger')
        and definitions.definition_id in (
            select definition_id from pql_definitions where status = 'challenger'
        )
        and history.valid_from <= $as_of_date
        and (history.valid_to is null or history.valid_to > $as_of_date)
),
movers as (
    select
        challenger.definition_id,
        challenger.definition_version,
        live.definition_version as live_version,
        challenger.entity_type,
        challenger.entity_id,
        challenger.is_qualified as is_entering,
        live.score as live_score,
        challenger.score as challenger_score
    from standings as challenger
    inner join standings as live
        on
            challenger.definition_id = live.definition_id
            and challenger.entity_id = live.entity_id
            and live.status = 'live'
    where challenger.status = 'challenger' and challenger.is_qualified <> live.is_qualified
),
turns as (
    select
        definition_id,
        definition_version,
        entity_id,
        max(transition_on) as turned_on,
        max_by(trigger_reason, transition_on) as turned_by
    from pql_transitions
    where entity_id in (select entity_id from movers)
    group by definition_id, definition_version, entity_id
),
names as (
    select distinct 'account' as entity_type, account_id as entity_id, account_name
    from pql_accounts
    where account_id in (select entity_id from movers)
    union
    select distinct 'user' as entity_type, user_id as entity_id, account_name
    from pql_users
    where user_id in (select entity_id from movers)
)
select
    movers.*,
    names.account_name,
    live_turns.turned_on as live_turned_on,
    live_turns.turned_by as live_turned_by,
    challenger_turns.turned_on as challenger_turned_on,
    challenger_turns.turned_by as challenger_turned_by
from movers
left join names
    on movers.entity_type = names.entity_type and movers.entity_id = names.entity_id
left join turns as live_turns
    on
        movers.definition_id = live_turns.definition_id
        and movers.live_version = live_turns.definition_version
        and movers.entity_id = live_turns.entity_id
left join turns as challenger_turns
    on
        movers.definition_id = challenger_turns.definition_id
        and movers.definition_version = challenger_turns.definition_version
        and movers.entity_id = challenger_turns.entity_id
order by
    movers.definition_id,
    movers.definition_version,
    movers.is_entering desc,
    greatest(movers.challenger_score, movers.live_score) desc,
    movers.entity_id

-- name: weeks
-- Half a year: enough weeks for a trend, and few enough to be seen one by one.
select *
from pql_weekly_metrics
where segment_type = 'all' and week_start > cast($as_of_date as date) - interval 26 week
order by definition_id, definition_version, metric, lead_source, week_start

-- name: bands
select
    definition_id,
    definition_version,
    score_band,
    count(*) as lead_count,
    count(*) filter (where is_paid) as paid_count
from pql_conversions
where is_conversion_window_over and period_number = 1 and not is_holdout
group by definition_id, definition_version, score_band
order by definition_id, definition_version, score_band desc

-- name: deadlines
select
    owner_role,
    sum(lead_count) as lead_count,
    sum(in_time_count) as in_time_count,
    sum(late_count) as late_count,
    sum(overdue_count) as overdue_count,
    sum(ended_count) as ended_count,
    sum(open_count) as open_count
from sla_performance
where week_start > cast($as_of_date as date) - interval 26 week
group by owner_role
order by owner_role

-- name: segments
select
    definition_id,
    definition_version,
    segment_type,
    segment,
    coalesce(sum(numerator) filter (where metric = 'new_leads'), 0) as lead_count,
    coalesce(sum(numerator) filter (where metric = 'opportunity_rate' and is_mature), 0)
        as opportunity_count,
    coalesce(sum(denominator) filter (where metric = 'opportunity_rate' and is_mature), 0)
        as opportunity_leads,
    coalesce(sum(numerator) filter (where metric = 'paid_rate' and is_mature), 0) as paid_count,
    coalesce(sum(denominator) filter (where metric = 'paid_rate' and is_mature), 0)
        as paid_leads
from pql_weekly_metrics
where
    segment_type <> 'all'
    and lead_source = 'pql'
    and metric in ('new_leads', 'opportunity_rate', 'paid_rate')
    and week_start > cast($as_of_date as date) - interval 26 week
group by definition_id, definition_version, segment_type, segment
order by definition_id, definition_version, segment_type desc, lead_count desc, segment

-- name: first_touches
select *
from first_touch_conversion
order by definition_id, definition_version, first_touch_order

-- name: holdouts
select holdouts.*, definitions.definition_name
from pql_incrementality as holdouts
inner join pql_definitions as definitions
    using (definition_id, definition_version)
where definitions.status = 'live'
order by holdouts.definition_id

-- name: checks
select * from definition_review
order by definition_id, definition_version, check_number

-- name: evaluations
-- A version's contender is named <definition_id>@<version>.
select *
from definition_evaluation
order by
    definition_id,
    case contender_type when 'version' then 1 when 'suggestion' then 2 else 3 end,
    auc desc nulls last,
    contender

-- name: suggested_points
select * from suggested_points
order by definition_id, rule_number

-- name: evaluation_parts
select *
from evaluation_parts
where part_type in ('drift', 'month') or auc is not null
order by definition_id, definition_version, part_type, part_number

-- name: score_calibration
select * from evaluation_parts
where part_type = 'score_band'
order by definition_id, definition_version, part_number

-- name: threshold_options
select * from threshold_options
order by definition_id, contender, option_number

-- name: thresholds
select
    *,
    lead(score_threshold) over (
        partition by definition_id, contender order by score_threshold
    ) as next_threshold
from threshold_curve
order by definition_id, contender, score_threshold
