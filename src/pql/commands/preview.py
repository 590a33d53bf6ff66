"""Show what another config folder would change on the same data: who enters, who leaves, and why.

Both configs are built in databases of their own, under target/preview; the usual one, and what it
remembers, is not touched. Compared are the live versions of each definition.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pql import project
from pql.commands.build import Request, build
from pql.database import Row, opened, rows, unfinished_path
from pql.errors import PqlError
from pql.formatting import MOST_LINES, clean, entry, plain_number, shortened

SCRATCH = Path("target", "preview")  # in the project
MOST_CAUSES = 3
WEEKS = 12

# Each query reads one side; {side} is the name under which its database is attached.
LIVE = """
    select definition_id, definition_version, entity_type
    from {side}.pql.pql_definitions
    where status = 'live'
"""

LEADS = " union all ".join(
    f"""
    select
        definition_id,
        {kind}_id as entity_id,
        {name} as name,
        score,
        score_threshold,
        is_eligible,
        is_qualified,
        ineligible_reason,
        gap_to_qualify,
        top_reasons
    from {{side}}.pql.pql_{kind}s
    where definition_id = $definition_id
    """
    for kind, name in (("account", "account_name"), ("user", "email"))
)

LINES = """
    select reasons.source, reasons.rule_id, reasons.reason, reasons.points, reasons.is_met
    from {side}.pql.pql_reasons as reasons
    inner join {side}.pql.pql_definitions as definitions
        using (definition_id, definition_version, entity_type)
    where
        definitions.status = 'live'
        and reasons.definition_id = $definition_id
        and reasons.entity_id = $entity_id
"""

COUNTS = f"""
    select
        count(*) as scored,
        count(*) filter (where is_eligible) as eligible,
        count(*) filter (where is_qualified) as qualified
    from ({LEADS})
"""

WEEKLY = """
    select date_trunc('week', transitions.transition_on)::date as week, count(*) as entered
    from {side}.pql.pql_transitions as transitions
    inner join {side}.pql.pql_definitions as definitions
        using (definition_id, definition_version, entity_type)
    where
        definitions.status = 'live'
        and transitions.definition_id = $definition_id
        and transitions.to_status = 'qualified'
    group by week
    order by week
"""

PROBLEMS = """
    select
        concat_ws(
            ', ',
            file_name,
            'row ' || nullif(row_key, ''),
            'column ' || nullif(column_name, '')
        ) as place,
        problem,
        suggested_fix
    from pql.config_problems
    where severity = 'error'
    order by file_name, row_key, column_name
"""

AS_OF = "select as_of_date from {side}.pql_intermediate.int_as_of"

# Both sides of every lead, and of every line of a lead's sum, that is not the same on both.
MOVES = f"""
    with
    before as ({LEADS.format(side="current_side")}),
    after as ({LEADS.format(side="proposed_side")})
    select
        entity_id,
        coalesce(after.name, before.name) as name,
        coalesce(after.is_qualified, false) as is_entering,
        before.score as score_before,
        after.score as score_after,
        before.score_threshold as threshold_before,
        after.score_threshold as threshold_after,
        before.ineligible_reason as ineligible_before,
        after.ineligible_reason as ineligible_after,
        before.gap_to_qualify as gap_before,
        after.gap_to_qualify as gap_after,
        before.top_reasons as reasons_before,
        after.top_reasons as reasons_after
    from before
    full outer join after using (entity_id)
    where coalesce(before.is_qualified, false) <> coalesce(after.is_qualified, false)
    order by is_entering desc, coalesce(after.score, before.score) desc, entity_id
"""

CHANGED_LINES = f"""
    with
    before as ({LINES.format(side="current_side")}),
    after as ({LINES.format(side="proposed_side")})
    select
        rule_id,
        coalesce(after.reason, before.reason) as reason,
        coalesce(before.points, 0) as points_before,
        coalesce(after.points, 0) as points_after
    from before
    full outer join after using (source, rule_id)
    where
        coalesce(before.points, 0) <> coalesce(after.points, 0)
        or coalesce(before.is_met, false) <> coalesce(after.is_met, false)
    order by abs(points_after - points_before) desc, rule_id
"""


# --- the two builds -------------------------------------------------------------------------------


def build_side(side: str, raw: Path | None, config: Path | None) -> Path:
    """Build one config in a database of its own, and return that.

    The database is kept, so that a second preview counts again only what has changed. The target
    is DuckDB's whatever profiles.yml says, so that a warehouse's tables are never written. Tests
    are left out but for what is wrong in the config, which is read from its table.
    """
    scratch = project.root() / SCRATCH
    database = scratch / f"{side}.duckdb"
    own = {
        "DBT_TARGET": "duckdb",
        "DBT_TARGET_PATH": str(scratch / side),
        "DBT_LOG_PATH": str(scratch / side),
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test",
    }
    scratch.mkdir(parents=True, exist_ok=True)
    print(f"building the {side} config ...", file=sys.stderr, flush=True)
    with redirect_stdout(io.StringIO()) as said:
        returncode = build(
            Request(raw, config, selector="hourly", show="nothing", database=database, env=own)
        )
    built = unfinished_path(database) if returncode else database
    errors = config_errors(built)
    if errors or returncode:
        built.unlink(missing_ok=True)  # what a failed build leaves is told once
        raise PqlError(f"the {side} config does not build\n{errors or said.getvalue().strip()}")
    return database


def config_errors(database: Path) -> str:
    """List what is to be fixed in a config, as far as dbt came to judge it."""
    try:
        with opened(built=database) as connection:
            problems = rows(connection, PROBLEMS)
    except PqlError:
        return ""
    lines = [
        (
            clean(row["place"]),
            f"    {clean(row['problem'])}",
            f"    -> {clean(row['suggested_fix'])}",
        )
        for row in problems
    ]
    return "\n".join(line for place in lines for line in place)


def preview(raw: Path | None, config: Path | None, against: Path | None) -> str:
    """Build both configs and compare them."""
    if not config:
        raise PqlError("name the folder to try: make preview CONFIG=<folder of config files>")
    current = build_side("current", raw, against)
    return compare(current, build_side("proposed", raw, config))


# --- what differs ---------------------------------------------------------------------------------


def compare(current: Path, proposed: Path) -> str:
    """Say how the leads of two databases differ, one definition after the other."""
    with opened(current_side=current, proposed_side=proposed) as connection:
        (as_of,) = rows(connection, AS_OF.format(side="proposed_side"))
        before, after = both_sides(connection, LIVE)
        versions = [{row["definition_id"]: row for row in side} for side in (before, after)]
        parts = [[f"Current and proposed config as of {as_of['as_of_date']}"]]
        for definition_id in sorted(versions[0] | versions[1]):
            title = f"{definition_id}: {versions_in_words(definition_id, *versions)}"
            parts.append([title, *definition_lines(connection, definition_id, **as_of)])
    return "\n\n".join("\n".join(part) for part in parts)


def both_sides(
    connection: duckdb.DuckDBPyConnection, query: str, **values: object
) -> tuple[list[Row], list[Row]]:
    """Run a query on the current and on the proposed side."""
    current, proposed = (
        rows(connection, query.format(side=side), **values)
        for side in ("current_side", "proposed_side")
    )
    return current, proposed


def versions_in_words(definition_id: str, current: dict[str, Row], proposed: dict[str, Row]) -> str:
    """Say which version is live on each side."""
    before, after = (
        f"version {side[definition_id]['definition_version']}" if definition_id in side else "none"
        for side in (current, proposed)
    )
    return f"{before}, live on both sides" if before == after else f"now {before}, then {after}"


def definition_lines(
    connection: duckdb.DuckDBPyConnection, definition_id: str, as_of_date: date
) -> list[str]:
    """Say what changes for one definition."""
    counts = both_sides(connection, COUNTS, definition_id=definition_id)
    weeks = both_sides(connection, WEEKLY, definition_id=definition_id)
    moves = rows(connection, MOVES, definition_id=definition_id)
    if not moves and counts[0] == counts[1] and weeks[0] == weeks[1]:
        return ["  the same leads, today and in every week"]
    lines = count_lines(*counts[0], *counts[1])
    for is_entering, word in ((True, "enter"), (False, "leave")):
        movers = [move for move in moves if move["is_entering"] is is_entering]
        lines.append(f"  {len(movers) or 'none'} would {word}{':' if movers else ''}")
        shown = [move_line(connection, definition_id, move) for move in movers[:MOST_LINES]]
        lines += shortened(shown, "lead", len(movers))
    return lines + week_lines(*weeks, as_of_date)


def count_lines(before: Row, after: Row) -> list[str]:
    """Set the numbers of leads of both sides beside each other."""
    return [
        pair("", "now", "then"),
        *(pair(word, f"{before[word]:,}", f"{after[word]:,}") for word in before),
    ]


def week_lines(before: Sequence[Row], after: Sequence[Row], as_of_date: date) -> list[str]:
    """Set beside each other how many became qualified in each of the last weeks."""
    now, then = ({row["week"]: row["entered"] for row in side} for side in (before, after))
    monday = as_of_date - timedelta(days=as_of_date.weekday())
    weeks = [monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    return [
        "  became qualified, by the week that begins on",
        *(pair(str(week), f"{now.get(week, 0):,}", f"{then.get(week, 0):,}") for week in weeks),
    ]


def pair(label: str, current: str, proposed: str) -> str:
    """Lay out a number of each side."""
    return f"    {label:<12}{current:>10}{proposed:>10}"


def move_line(connection: duckdb.DuckDBPyConnection, definition_id: str, move: Row) -> str:
    """Say who moves, and by what."""
    who = f"{move['name']} ({move['entity_id']})" if move["name"] else move["entity_id"]
    changed = rows(
        connection, CHANGED_LINES, definition_id=definition_id, entity_id=move["entity_id"]
    )
    lines = [
        f"{line['rule_id']} {plain_number(line['points_after'])}, "
        f"was {plain_number(line['points_before'])} ({line['reason']})"
        for line in changed[:MOST_CAUSES]
    ]
    return entry(mark(move, "after"), f"{who}: {'; '.join([*causes(move), *lines])}", ">")


def mark(move: Row, side: str) -> str:
    """Write a score and the mark it has to reach."""
    score, threshold = move[f"score_{side}"], move[f"threshold_{side}"]
    if score is None:
        return "not scored"
    return plain_number(score) + ("" if threshold is None else f" of {plain_number(threshold)}")


def causes(move: Row) -> list[str]:
    """Say what makes a lead enter or leave, as far as the lines of its sum do not."""
    if None in (move["score_before"], move["score_after"]):
        return ["scored on one side alone"]
    found = []
    if mark(move, "before") != mark(move, "after"):
        found.append(f"was {mark(move, 'before')}")
    side, tense = ("before", "was ") if move["is_entering"] else ("after", "")
    if move[f"ineligible_{side}"]:
        found.append(f"{tense}not eligible: {move[f'ineligible_{side}']}")
    elif not found:
        found.append(f"{tense}lacking: {move[f'gap_{side}']}")
    return found
