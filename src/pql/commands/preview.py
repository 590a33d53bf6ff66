"""Show what another config folder would change on the same data: who enters, who leaves, and why.

Both configs are built in databases of their own, under target/preview; the usual one, and what it
remembers, is not touched. Compared are the live versions of each definition.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TextIO

import duckdb

from pql import console, project, queries
from pql.commands.build import Request, build
from pql.console import Answer
from pql.database import Row, opened, rows
from pql.errors import PqlError
from pql.formatting import (
    MOST_LINES,
    clean,
    entry,
    number,
    plain_number,
    shortened,
    spaced,
    with_interval,
)
from pql.reading import is_server

SCRATCH = Path("target", "preview")  # in the project
FOLDER = "PQL_PREVIEW_FOLDER"  # names it to a preview that the workbench runs, and keeps it for
MOST_CAUSES = 3
WEEKS = 12

QUERIES = queries.read("preview")

Side = duckdb.DuckDBPyConnection  # the database of one of the two configs
Sides = tuple[Side, Side]  # the current one, and the proposed one


# --- the two builds -------------------------------------------------------------------------------


def own_folder() -> tuple[Path, TextIO]:
    """Take a folder that no other preview builds in or is shown from.

    Returns:
        The folder, and a file that keeps others out of it until it is closed.
    """
    for place in itertools.count(1):
        name = SCRATCH.name if place == 1 else f"{SCRATCH.name}_{place}"
        folder = project.root() / SCRATCH.with_name(name)
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return folder, lock
    raise AssertionError("numbers do not end")


def build_side(
    scratch: Path, side: str, raw: Path | None, config: Path | None, is_evaluated: bool
) -> Path:
    """Build one config in a database of its own, and return that.

    The database is kept, so that a second preview counts again only what has changed. The target
    is DuckDB's whatever profiles.yml says, so that a warehouse's tables are never written. Tests
    are left out but for what is wrong in the config, which is read from its table.
    """
    database = scratch / f"{side}.duckdb"
    own = {
        "DBT_TARGET": "duckdb",
        "DBT_TARGET_PATH": str(scratch / side),
        "DBT_LOG_PATH": str(scratch / side),
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test",
    }
    console.note(f"building the {side} config")
    part = "preview" if is_evaluated else "hourly"
    built = build(Request(raw, config, selector=part, show="line", database=database, env=own))
    problems = config_errors(built.database)
    if problems or built.failed:
        built.database.unlink(missing_ok=True)  # what a failed build leaves is told once
        raise PqlError(f"the {side} config does not build", problems or built.text)
    return database


def config_errors(database: Path) -> str:
    """List what is to be fixed in a config, as far as dbt came to judge it."""
    try:
        with opened(database) as connection:
            problems = rows(connection, QUERIES["problems"])
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


def preview(
    raw: Path | None,
    config: Path,
    against: Path | None,
    is_evaluated: bool = False,
    target: str = "",
) -> Answer:
    """Build both configs and compare them; if it is said, on held-out dates as well."""
    if is_server(target):
        raise PqlError(
            f"--target {target}: a preview is built by DuckDB alone, so as to leave the server's "
            "tables as they are; name a folder with an export of the raw tables by --raw"
        )
    with ExitStack() as until_compared:
        if given := os.environ.get(FOLDER):
            scratch = Path(given)
        else:
            scratch, lock = own_folder()
            until_compared.enter_context(lock)
        current = build_side(scratch, "current", raw, against, is_evaluated)
        proposed = build_side(scratch, "proposed", raw, config, is_evaluated)
        return compare(current, proposed, is_evaluated)


# --- what differs ---------------------------------------------------------------------------------


def compare(current: Path, proposed: Path, is_evaluated: bool = False) -> Answer:
    """Say how the leads of two databases differ, one definition after the other."""
    with opened(current) as before, opened(proposed) as after:
        sides = (before, after)
        (as_of,) = rows(after, QUERIES["as_of"])
        versions = [
            {row["definition_id"]: row["definition_version"] for row in live}
            for live in on_both(sides, "live")
        ]
        answer = [console.heading(f"Current and proposed config as of {as_of['as_of_date']}")]
        for definition_id in sorted(versions[0] | versions[1]):
            title = f"{definition_id}: {versions_in_words(definition_id, *versions)}"
            answer += ["", console.heading(title)]
            answer += definition_lines(sides, definition_id, as_of["as_of_date"])
            if is_evaluated:
                figures = held_out(read_held_out(sides, definition_id, versions))
                answer += ["  on held-out dates", figure_table(figures)]
    return answer


def on_both(sides: Sides, query: str, **values: object) -> list[list[Row]]:
    """Run a query on the current and on the proposed side."""
    return [rows(side, QUERIES[query], **values) for side in sides]


def versions_in_words(definition_id: str, current: dict[str, int], proposed: dict[str, int]) -> str:
    """Say which version is live on each side."""
    before, after = (
        f"version {side[definition_id]}" if definition_id in side else "none"
        for side in (current, proposed)
    )
    return f"{before}, live on both sides" if before == after else f"now {before}, then {after}"


def definition_lines(sides: Sides, definition_id: str, as_of_date: date) -> Answer:
    """Say what changes for one definition."""
    counts = [found[0] for found in on_both(sides, "counts", definition_id=definition_id)]
    weeks = on_both(sides, "weeks", definition_id=definition_id)
    moves = read_moves(sides, definition_id)
    if not moves and counts[0] == counts[1] and weeks[0] == weeks[1]:
        return ["  the same leads, today and in every week"]
    answer = [count_table(*counts)]
    for is_entering, word in ((True, "enter"), (False, "leave")):
        movers = [move for move in moves if is_qualified(move[1]) is is_entering]
        answer.append(f"  {len(movers) or 'none'} would {word}{':' if movers else ''}")
        shown = [move_line(sides, definition_id, *move) for move in movers[:MOST_LINES]]
        answer += shortened(shown, "lead", len(movers))
    return [
        *answer,
        "  became qualified, by the week that begins on",
        week_table(*weeks, as_of_date),
    ]


def count_table(before: Row, after: Row) -> console.Padding:
    """Set the numbers of leads of both sides beside each other."""
    counts = [(name, f"{before[name]:,}", f"{after[name]:,}") for name in before]
    return console.table(("leads", "now", "then"), counts, numbers=("now", "then"))


def week_table(before: Sequence[Row], after: Sequence[Row], as_of_date: date) -> console.Padding:
    """Set beside each other how many became qualified in each of the last weeks."""
    now, then = ({row["week"]: row["entered"] for row in side} for side in (before, after))
    monday = as_of_date - timedelta(days=as_of_date.weekday())
    weeks = [monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    counts = [(week, f"{now.get(week, 0):,}", f"{then.get(week, 0):,}") for week in weeks]
    return console.table(("week", "now", "then"), counts, numbers=("now", "then"))


# --- what held-out dates say ----------------------------------------------------------------------


class HeldOut(NamedTuple):
    """How the live version of one side ranks on dates that nothing was learned from."""

    evaluation: Row | None
    curve: Sequence[Row]

    @property
    def today(self) -> Row | None:
        """The point of the curve that is the threshold of the version."""
        return next((row for row in self.curve if row["is_current"]), None)


def read_held_out(
    sides: Sides, definition_id: str, versions: Sequence[Mapping[str, int]]
) -> list[HeldOut]:
    """Read how the live version of each side ranks; a side without one has no row."""
    found = []
    for side, live in zip(sides, versions, strict=True):
        contender = {"contender": f"{definition_id}@{live.get(definition_id)}"}
        evaluation = rows(side, QUERIES["evaluation"], **contender)
        curve = rows(side, QUERIES["curve"], **contender)
        found.append(HeldOut(evaluation[0] if evaluation else None, curve))
    return found


def held_out(found: Sequence[HeldOut]) -> list[tuple[str, str, str]]:
    """Set the figures of both sides beside each other: what it is, now and then."""
    now, then = (figures(side) for side in found)
    return [(name, now[name], then[name]) for name in now]


def figures(side: HeldOut) -> dict[str, str]:
    """Write the figures of one side, by what they are."""
    row = side.evaluation or defaultdict(lambda: None)
    marks = (side.today or {}).get("new_leads_per_week")
    return {
        "a buyer is ranked above another": with_interval(row, "auc"),
        "of the leads, convert": with_interval(row, "precision_at_threshold"),
        "of all who convert, in the top fifth": with_interval(row, "recall_at_20"),
        "new leads a week": number(marks),
        "converted on these dates": number(row["converted_count"]),
        "verdict": spaced(row["verdict"] or "not evaluated"),
    }


def figure_table(found: Sequence[tuple[str, str, str]]) -> console.Padding:
    """Set the figures in a table."""
    return console.table(("figure", "now", "then"), found)


# --- who moves ------------------------------------------------------------------------------------


def is_qualified(lead: Row | None) -> bool:
    """Tell whether there is such a lead, and whether it is qualified."""
    return bool(lead and lead["is_qualified"])


def read_moves(sides: Sides, definition_id: str) -> list[tuple[Row | None, Row | None]]:
    """Read the leads that are qualified on one side alone, on both: who enters first."""
    version = {"definition_id": definition_id}
    qualified = [
        {row["entity_id"] for row in found} for found in on_both(sides, "qualified", **version)
    ]
    moved = sorted(qualified[0] ^ qualified[1])
    if not moved:
        return []
    before, after = (
        {lead["entity_id"]: lead for lead in found}
        for found in on_both(sides, "named_leads", **version, entity_ids=moved)
    )
    moves = [(before.get(entity_id), after.get(entity_id)) for entity_id in moved]
    return sorted(
        moves, key=lambda move: (not is_qualified(move[1]), -(move[1] or move[0])["score"])
    )


def changed_lines(sides: Sides, definition_id: str, entity_id: str) -> list[str]:
    """Word the lines of a lead's sum that differ, those of most points first."""
    before, after = (
        {(line["source"], line["rule_id"]): line for line in found}
        for found in on_both(sides, "lines", definition_id=definition_id, entity_id=entity_id)
    )
    changes = []
    for key in before.keys() | after.keys():
        was, now = before.get(key, {}), after.get(key, {})
        points = [line.get("points") or 0 for line in (was, now)]
        if points[0] != points[1]:
            words = f"{key[1]} {plain_number(points[1])}, was {plain_number(points[0])}"
        elif bool(was.get("is_met")) != bool(now.get("is_met")):
            words = f"{key[1]} {'now met' if now.get('is_met') else 'no longer met'}"
        else:
            continue
        changes.append((-abs(points[1] - points[0]), key[1], f"{words} ({(now or was)['reason']})"))
    return [text for _, _, text in sorted(changes)]


def move_line(sides: Sides, definition_id: str, before: Row | None, after: Row | None) -> str:
    """Say who moves, and by what."""
    lead = after or before
    who = f"{lead['name']} ({lead['entity_id']})" if lead["name"] else lead["entity_id"]
    lines = changed_lines(sides, definition_id, lead["entity_id"])[:MOST_CAUSES]
    return entry(mark(after), f"{who}: {'; '.join([*causes(before, after), *lines])}", ">")


def mark(lead: Row | None) -> str:
    """Write a score and the mark it has to reach."""
    if not lead:
        return "not scored"
    threshold = lead["score_threshold"]
    return plain_number(lead["score"]) + (
        "" if threshold is None else f" of {plain_number(threshold)}"
    )


def causes(before: Row | None, after: Row | None) -> list[str]:
    """Say what makes a lead enter or leave, as far as the lines of its sum do not."""
    if not (before and after):
        return ["scored on one side alone"]
    found = []
    if mark(before) != mark(after):
        found.append(f"was {mark(before)}")
    lead, tense = (after, "") if before["is_qualified"] else (before, "was ")
    if lead["ineligible_reason"]:
        found.append(f"{tense}not eligible: {lead['ineligible_reason']}")
    elif not found:
        found.append(f"{tense}lacking: {lead['gap_to_qualify']}")
    return found
