"""Write a starter config for somebody else's events: signals guessed from names, and one draft.

It is a place to start, not evidence: which acts foretell a sale is for the data to say, later.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pql import mapping, sources
from pql.config_files import VARIABLES
from pql.console import Answer, heading, table
from pql.database import Row, opened, rows
from pql.errors import PqlError
from pql.formatting import clean, counted, entry, more, percent
from pql.project import database_path
from pql.reading import is_server
from pql.starter.events import entity_type_of, read_events
from pql.starter.folder import DEFINITION_ID, starter_files, write_folder
from pql.starter.signals import Signal, numbers_of, suggest
from pql.warehouse import connected

MOST_OUTCOMES = 8
FEWEST_PAYERS = 10
LEAST_REACH = 0.01  # of those who are scored: fewer tell nothing yet


def init(raw: Path | None, folder: Path, schemas: Sequence[str] = (), target: str = "") -> Answer:
    """Look at the events, write the folder, and say what was found and what comes next.

    Args:
        raw: a folder of raw data.
        folder: the config folder to write.
        schemas: instead, schemas of the database, each with a vendor's tables.
        target: the target of the profile that has the schemas; blank: DuckDB.
    """
    if bool(raw) == bool(schemas):
        raise PqlError("name a folder by --raw, or a schema of the database by --schema")
    if target == "spark":
        raise PqlError(
            "--target spark: its schemas are not looked at yet; export a part of the tables as "
            "files, and name their folder by --raw"
        )
    warehouse = connected(target) if is_server(target) else None
    if raw and warehouse:
        raise PqlError(f"--raw: DuckDB reads folders; name a schema of {target} by --schema")
    if raw:
        data = sources.survey(raw)
    elif warehouse:
        data = sources.survey_schemas(warehouse.rows, schemas, target)
    else:
        with opened(database_path()) as connection:
            data = sources.survey_schemas(
                lambda relation: rows(connection, f"from {relation}"), schemas, database_path()
            )
    where = str(raw or ", ".join(schemas))
    if "events" not in data.tables():
        raise PqlError(
            f"{where}: there are no events in it, of which signals are made; name what holds "
            "those of your product, too: a folder with one folder for each source, or --schema for "
            "each of them"
        )
    read = read_events(data, where, warehouse)
    events = read.events
    entity_type = entity_type_of(events)
    signals = suggest(events, entity_type)
    taken = {signal.signal_id for signal in signals}
    numbers = numbers_of(events, read.numbers, entity_type, taken)
    has_subscriptions = "subscriptions" in data.tables()
    files = starter_files(signals, numbers, entity_type, has_subscriptions)
    if data.places:
        files |= {VARIABLES: mapping.variables_file(data), "mapping.md": mapping.page(data, read)}
    write_folder(folder, files)
    suggested = [
        entry(
            str(signal.kind.points or "at once"),
            f"{signal.event_name} ({signal.kind.category})",
            ">",
        )
        for signal in signals
    ]
    options = [f"--config {folder}"]
    if not data.places:
        options.insert(0, f"--raw {raw}")
    if warehouse:
        options.append(f"--target {target}")
    return [
        *mapping.summary(data, folder),
        *event_table(where, events, entity_type),
        *outcome_table(read.outcomes, entity_type),
        "",
        heading(f"{folder}: a draft definition, {DEFINITION_ID}, that scores {entity_type}s"),
        *suggested,
        entry("10", "active on three of the last 14 days (activity)", ">"),
        *number_lines(numbers),
        *hand_raise_lines(signals),
        "",
        heading("What comes next"),
        "  1. Edit the files: signals, points and score_threshold are guesses.",
        "  2. Give your own mail domain the domain_type internal in special_domains.csv.",
        f"  3. In definitions.csv set the status of {DEFINITION_ID} to live: a draft is scored,"
        " but makes no lead.",
        f"  4. pql build {' '.join(options)}",
    ]


def outcome_table(outcomes: Sequence[Row], entity_type: str) -> Answer:
    """List the events that most of those who paid had done before, beside the others."""
    if not outcomes or outcomes[0]["payers"] < FEWEST_PAYERS:
        return []
    first = outcomes[0]
    who = counted(first["payers"], f"{entity_type} that paid", f"{entity_type}s that paid")
    heads = ("before paying", "by others")
    shown = [
        (percent(row["payer_share"]), percent(row["other_share"]), row["event_name"])
        for row in outcomes[:MOST_OUTCOMES]
    ]
    return [
        "",
        heading(f"What {who} had done before, beside {counted(first['others'], 'other')}"),
        "",
        table((*heads, "event"), shown, numbers=heads),
        "  A first look at names, not evidence: that is what signal_lift is for.",
    ]


def hand_raise_lines(signals: Sequence[Signal]) -> Answer:
    """Say which events qualify by themselves, for a name alone is little to go by."""
    names = [signal.event_name for signal in signals if signal.kind.effect == "hand_raise"]
    if not names:
        return []
    return [
        "",
        heading("Taken for a hand-raise, by name alone"),
        *(f"  {clean(name)}" for name in names),
        "  Who does this qualifies at once, at any score. Where it does not mean that they asked",
        "  for you, clear the cell effect of its rule in definition_rules.csv, and give it points.",
    ]


def number_lines(numbers: Sequence[Signal]) -> Answer:
    """List the numbers that are counted without points."""
    return [
        entry("no points", f"{number.measure_property} of {number.event_name}, added up", ">")
        for number in numbers
    ]


def event_table(where: str, events: Sequence[Row], entity_type: str) -> Answer:
    """List the events that reach somebody worth a look, the widest reach first."""
    total = sum(event["row_count"] for event in events)
    heads = ("rows", "users", "accounts")
    reach = f"{entity_type}s"
    least = LEAST_REACH * max(event[reach] for event in events)
    widest = sorted(events, key=lambda event: -event[reach])
    shown_events = [event for event in widest if event[reach] >= least]
    shown = [
        (*(f"{event[name]:,}" for name in ("row_count", "users", "accounts")), event["event_name"])
        for event in shown_events
    ]
    return [
        heading(
            f"Events in {where}: {counted(total, 'row')} of {counted(len(events), 'event name')}"
        ),
        "",
        table((*heads, "event"), shown, numbers=heads),
        *more(len(events) - len(shown_events), "event name"),
    ]
