"""Read what the review shows: marts alone, each query beside the names of the marts it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from pql.database import Row, rows


class Part(NamedTuple):
    """What one part of the page shows."""

    marts: tuple[str, ...]
    rows: Sequence[Row] = ()
    missing: tuple[str, ...] = ()  # marts that are not built

    def lack(self, what: str) -> str:
        """Say why there is nothing to show."""
        if self.missing:
            return (
                f"Not known: this database lacks {' and '.join(self.missing)}. A build of a part "
                "leaves it out; `make build` makes all."
            )
        return f"Nothing yet about {what}: {self.marts[0]} has no row for it."


def of_version(part: Part, definition: Row) -> list[Row]:
    """Return the rows about a version of a definition."""
    return [
        row
        for row in part.rows
        if row["definition_id"] == definition["definition_id"]
        and row["definition_version"] == definition["definition_version"]
    ]


class Query(NamedTuple):
    """A question, and the marts that answer it."""

    marts: tuple[str, ...]
    sql: str


AS_OF = Query(
    ("pql_accounts", "pql_users"),
    """
    select max(as_of_date) as as_of_date
    from (
        select as_of_date from pql.pql_accounts
        union all
        select as_of_date from pql.pql_users
    )
    """,
)

DEFINITIONS = Query(
    ("pql_definitions", "pql_history"),
    """
    with
    standings as (
        select definition_id, definition_version, count(*) as qualified_count
        from pql.pql_history
        where
            is_qualified
            and valid_from <= $as_of_date
            and (valid_to is null or valid_to > $as_of_date)
        group by definition_id, definition_version
    )
    select definitions.*, coalesce(standings.qualified_count, 0) as qualified_count
    from pql.pql_definitions as definitions
    left join standings using (definition_id, definition_version)
    where definitions.status <> 'retired'
    order by
        case definitions.status when 'live' then 1 when 'challenger' then 2 else 3 end,
        definitions.definition_id,
        definitions.definition_version
    """,
)

# No mail address leaves the database: a user is named by id and company.
MOVES = Query(
    ("pql_history", "pql_transitions", "pql_definitions", "pql_accounts", "pql_users"),
    """
    with
    standings as (
        select history.*, definitions.status
        from pql.pql_history as history
        inner join pql.pql_definitions as definitions
            using (definition_id, definition_version)
        where
            history.valid_from <= $as_of_date
            and (history.valid_to is null or history.valid_to > $as_of_date)
            and definitions.status in ('live', 'challenger')
    ),
    turns as (
        select
            definition_id,
            definition_version,
            entity_id,
            max(transition_on) as turned_on,
            max_by(trigger_reason, transition_on) as turned_by
        from pql.pql_transitions
        group by definition_id, definition_version, entity_id
    ),
    names as (
        select distinct 'account' as entity_type, account_id as entity_id, account_name
        from pql.pql_accounts
        union
        select distinct 'user' as entity_type, user_id as entity_id, account_name
        from pql.pql_users
    )
    select
        challenger.definition_id,
        challenger.definition_version,
        challenger.entity_type,
        challenger.entity_id,
        names.account_name,
        challenger.is_qualified as is_entering,
        live.score as live_score,
        challenger.score as challenger_score,
        live_turns.turned_on as live_turned_on,
        live_turns.turned_by as live_turned_by,
        challenger_turns.turned_on as challenger_turned_on,
        challenger_turns.turned_by as challenger_turned_by
    from standings as challenger
    inner join standings as live
        on
            challenger.definition_id = live.definition_id
            and challenger.entity_id = live.entity_id
            and live.status = 'live'
    left join names
        on
            challenger.entity_type = names.entity_type
            and challenger.entity_id = names.entity_id
    left join turns as live_turns
        on
            live.definition_id = live_turns.definition_id
            and live.definition_version = live_turns.definition_version
            and live.entity_id = live_turns.entity_id
    left join turns as challenger_turns
        on
            challenger.definition_id = challenger_turns.definition_id
            and challenger.definition_version = challenger_turns.definition_version
            and challenger.entity_id = challenger_turns.entity_id
    where challenger.status = 'challenger' and challenger.is_qualified <> live.is_qualified
    order by
        challenger.definition_id,
        challenger.definition_version,
        challenger.is_qualified desc,
        greatest(challenger.score, live.score) desc,
        challenger.entity_id
    """,
)

# Half a year: enough weeks for a trend, and few enough to be seen one by one.
WEEKS = Query(
    ("pql_weekly_metrics",),
    """
    select *
    from pql.pql_weekly_metrics
    where segment_type = 'all' and week_start > cast($as_of_date as date) - interval 26 week
    order by definition_id, definition_version, metric, lead_source, week_start
    """,
)

BANDS = Query(
    ("pql_conversions",),
    """
    select
        definition_id,
        definition_version,
        score_band,
        count(*) as lead_count,
        count(*) filter (where is_paid) as paid_count
    from pql.pql_conversions
    where is_conversion_window_over and period_number = 1 and not is_holdout
    group by definition_id, definition_version, score_band
    order by definition_id, definition_version, score_band desc
    """,
)

DEADLINES = Query(
    ("sla_performance",),
    """
    select
        owner_role,
        sum(lead_count) as lead_count,
        sum(in_time_count) as in_time_count,
        sum(late_count) as late_count,
        sum(overdue_count) as overdue_count,
        sum(ended_count) as ended_count,
        sum(open_count) as open_count
    from pql.sla_performance
    where week_start > cast($as_of_date as date) - interval 26 week
    group by owner_role
    order by owner_role
    """,
)

SEGMENTS = Query(
    ("pql_weekly_metrics",),
    """
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
    from pql.pql_weekly_metrics
    where
        segment_type <> 'all'
        and lead_source = 'pql'
        and metric in ('new_leads', 'opportunity_rate', 'paid_rate')
        and week_start > cast($as_of_date as date) - interval 26 week
    group by definition_id, definition_version, segment_type, segment
    order by definition_id, definition_version, segment_type desc, lead_count desc, segment
    """,
)

FIRST_TOUCHES = Query(
    ("first_touch_conversion",),
    """
    select *
    from pql.first_touch_conversion
    order by definition_id, definition_version, first_touch_order
    """,
)

HOLDOUTS = Query(
    ("pql_incrementality", "pql_definitions"),
    """
    select holdouts.*, definitions.definition_name
    from pql.pql_incrementality as holdouts
    inner join pql.pql_definitions as definitions
        using (definition_id, definition_version)
    where definitions.status = 'live'
    order by holdouts.definition_id
    """,
)

CHECKS = Query(
    ("definition_review",),
    "select * from pql.definition_review order by definition_id, definition_version, check_number",
)

# A version's contender is named <definition_id>@<version>.
EVALUATIONS = Query(
    ("definition_evaluation",),
    """
    select *
    from pql.definition_evaluation
    order by
        definition_id,
        case contender_type when 'version' then 1 when 'suggestion' then 2 else 3 end,
        auc desc nulls last,
        contender
    """,
)

SUGGESTED_POINTS = Query(
    ("suggested_points",),
    "select * from pql.suggested_points order by definition_id, rule_number",
)

THRESHOLDS = Query(
    ("threshold_curve",),
    """
    select
        *,
        lead(score_threshold) over (
            partition by definition_id, contender order by score_threshold
        ) as next_threshold
    from pql.threshold_curve
    order by definition_id, contender, score_threshold
    """,
)


def read(connection: duckdb.DuckDBPyConnection, query: Query, **values: object) -> Part:
    """Answer a question, or say that one of its marts is not there."""
    there = {
        row["table_name"]
        for row in rows(
            connection, "select table_name from duckdb_tables() where schema_name = 'pql'"
        )
    }
    missing = tuple(mart for mart in query.marts if mart not in there)
    if missing:
        return Part(query.marts, missing=missing)
    return Part(query.marts, rows(connection, query.sql, **values))
