"""Write a starter config for somebody else's events: signals guessed from names, and one draft.

It is a place to start, not evidence: which acts foretell a sale is for the data to say, later.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from pql import mapping, queries, sources
from pql import raw as raw_tables
from pql.config_files import CONFIG_FILES, VARIABLES, columns_of, to_csv
from pql.console import Answer, heading, table
from pql.database import Row, in_memory, opened, rows
from pql.dbt import dbt_build
from pql.errors import FailedError, PqlError
from pql.formatting import clean, counted, entry, more, percent
from pql.project import database_path
from pql.warehouse import Warehouse, connected

DEFINITION_ID = "starter"
FOLDER = Path("starter_config")
SCHEMA = "pql_sources"
MOST_OF_A_KIND = 2
MOST_SIGNALS = 6  # with recent activity seven rules that score; published advice is five to eight
FEWEST_SIGNALS = 3
MOST_NUMBERS = 3
MOST_OUTCOMES = 8
FEWEST_PAYERS = 10
MOST_ROWS = 1_000_000  # of a warehouse's tables, the latest, as they come over the network
LEAST_REACH = 0.01  # of those who are scored: fewer tell nothing yet


@dataclass(frozen=True)
class Kind:
    """A kind of signal, which words in the names of events give away.

    A comma parts ways to say it; of one, all words must be there, in any order and inflection.
    """

    category: str
    words: str
    points: int
    measure: str = "events"
    min_value: int = 1
    effect: str = ""


# Tried in this order: who requests a demo of the API requests a demo. Only words for asking make a
# hand-raise: a demo may be a video, and a quote a part of a message.
KINDS = (
    Kind(
        "hand_raise",
        "demo request, demo book, demo schedul, quote request, quote get,"
        "contact sales, talk sales, sales call, sales meet, sales request, sales message",
        0,
        effect="hand_raise",
    ),
    Kind("limit", "limit, quota, paywall, gated, exceed, lock", 20),
    Kind("intent", "pric, upgrad, billing, checkout, trial, sso", 20),
    Kind("collaboration", "invit, teammate, member add, shar, assign", 20),
    Kind("adoption", "api, webhook, integrat, connect, import, export, install, automat", 15),
    Kind("activation", "creat, publish, complet, launch, onboard, deploy, upload, activat", 15),
)
USAGE = Kind("usage", "", 10, measure="days", min_value=3)
NUMBER = Kind("usage", "", 0, measure="sum")
# Nearly everybody does these: they tell nobody apart.
COMMON = (
    "login, logout, log in, logg in, logg out, signup, signin, sign up, sign in, session, page,"
    "screen, heartbeat, ping"
)
# What was undone, or never done, speaks for nobody.
NOT = {"not", "never", "no", "without"}
NEGATIONS = (
    "cancel, cancell, remov, delet, declin, reject, fail, expir, revok, abandon, unsubscrib,"
    "downgrad"
)
NEGATED = r"un|dis|de|non"
# Numbers that name or order things, of which no sum is an amount.
NO_AMOUNTS = "id, version, year, timestamp, code, index, position, step, page, status, port, zip"
ENDINGS = r"(e|es|ed|er|ers|ing|ings|s|ion|ions|ation|ations|or|ors|ment|ments)?"

ACTIVITY = {
    "signal_id": "active_recently",
    "signal_name": "Active on several days",
    "category": "activity",
    "event_name": "*",
    "measure": "days",
    "window_days": "14",
    "reason_template": "was active on {value} day(s) in the last {window_days} days",
}
ROUTES = (
    {
        "priority": "10",
        "requires_hand_raise": "true",
        "requires_qualified": "true",
        "tier": "hand_raiser",
        "motion": "sales_assisted",
        "sla_hours": "8",
        "next_action": "answer what they asked for",
    },
    {
        "priority": "20",
        "requires_qualified": "true",
        "tier": "mid",
        "motion": "sales_assisted",
        "sla_hours": "48",
        "next_action": "write about what they just did",
    },
    {
        "priority": "90",
        "tier": "low",
        "motion": "self_serve",
        "next_action": "leave them to the product",
    },
)

# What is read of raw tables.
COLUMNS = {
    "users": ("user_id", "account_id"),
    "events": ("event_name", "user_id", "anonymous_id", "account_id", "properties", "occurred_at"),
    "subscriptions": ("user_id", "account_id", "stage", "started_at"),
}
QUERIES = queries.read("init")


@dataclass(frozen=True)
class Signal:
    """A signal that is suggested for an event."""

    signal_id: str
    words: str
    event_name: str
    kind: Kind
    measure_property: str = ""


# --- what there is --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What the raw rows hold: events, a sample of each, their numbers, what went before paying."""

    events: list[Row]
    numbers: list[Row]
    outcomes: list[Row]
    samples: list[Row]


def read_events(data: sources.RawData, where: str, warehouse: Warehouse | None = None) -> Found:
    """Count the rows of each event, who did it and when, by the raw rows alone."""
    with relations_of(data, warehouse) as (connection, relations):
        for table, columns in COLUMNS.items():
            relation = as_text(connection, relations[table], columns)
            connection.execute(f"create temporary view {table} as {relation}")
        events = rows(connection, QUERIES["events"])
        numbers = rows(connection, QUERIES["numbers"])
        outcomes = rows(connection, QUERIES["outcomes"], entity_type=entity_type_of(events))
        samples = rows(connection, QUERIES["samples"])
    if not events:
        raise PqlError(f"{where}: no row of events has an event_name; fill that column first")
    return Found(events, numbers, outcomes, samples)


@contextmanager
def relations_of(
    data: sources.RawData, warehouse: Warehouse | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, list[str]]]]:
    """Give what holds the rows of each raw table: files, and dbt's views of vendors' tables.

    Raises:
        FailedError: dbt cannot make the views.
    """
    files = data.contract.files if data.contract else {}
    with TemporaryDirectory() as scratch, ExitStack() as opened:
        views = [
            f"{vendor}__{table}"
            for vendor in {place.vendor for place in data.places}
            for table in COLUMNS.keys() & sources.filled_by()[vendor]
        ]
        if not views:
            connection = opened.enter_context(in_memory())
        elif warehouse:
            make_views(data, views, target=warehouse.target)
            connection = opened.enter_context(in_memory())
            connection.execute(f"create schema {SCHEMA}")
            for view in views:
                latest_rows = latest(warehouse, view)
                connection.register("latest_rows", latest_rows)
                connection.execute(f"create table {SCHEMA}.{view} as from latest_rows")
        else:
            database = Path(
                scratch, database_path().name
            )  # schemas are those of a database so called
            if any(isinstance(place.where, str) for place in data.places):
                shutil.copy(database_path(), database)
            make_views(data, views, PQL_DUCKDB_PATH=str(database))
            connection = opened.enter_context(duckdb.connect(str(database)))
        yield (
            connection,
            {
                table: [raw_tables.reader(connection, file) for file in files.get(table, ())]
                + [f"{SCHEMA}.{view}" for view in sorted(views) if view.endswith(f"__{table}")]
                for table in COLUMNS
            },
        )


def make_views(data: sources.RawData, views: Sequence[str], target: str = "", **env: str) -> None:
    """Let dbt make the views of vendors' tables, and what they stand on."""
    select = [f"+{view}" for view in views]
    returncode, said = dbt_build(
        data.variables, "", False, "line", target=target, select=select, **env
    )
    if returncode:
        raise FailedError("the vendors' tables cannot be read", said)


def latest(warehouse: Warehouse, view: str) -> pd.DataFrame:
    """Read what is looked at of a view, the latest rows if there are many."""
    relation = f"{warehouse.schema}_sources.{view}"
    clocks = {"occurred_at", "started_at"} & warehouse.columns(relation)
    order = f"order by {clocks.pop()} desc nulls last" if clocks else ""
    return warehouse.read(f"(select * from {relation} {order} limit {MOST_ROWS}) as latest")


def as_text(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str], columns: Sequence[str]
) -> str:
    """Return a query of some columns of a raw table as text; null where it has no such."""
    nothing = ", ".join(f"cast(null as varchar) as {column}" for column in columns)
    parts = [f"select {nothing} where false"]
    for relation in relations:
        found = {
            row["column_name"].lower(): row["column_type"]
            for row in rows(connection, f"describe from {relation}")
        }
        cells = [
            f"nullif(trim(cast({as_json(column, found[column])} as varchar)), '') as {column}"
            if column in found
            else f"cast(null as varchar) as {column}"
            for column in columns
        ]
        parts.append(f"select {', '.join(cells)} from {relation}")
    return " union all ".join(parts)


def as_json(column: str, data_type: str) -> str:
    """Read a struct, a list or a map as JSON, as a build does."""
    return f"to_json({column})" if "(" in data_type or data_type.endswith("]") else column


def entity_type_of(events: Sequence[Row]) -> str:
    """Choose what to score: accounts, if most rows can be given to one."""
    given = sum(event["rows_of_accounts"] for event in events)
    return "account" if 2 * given > sum(event["row_count"] for event in events) else "user"


# --- what to look at ------------------------------------------------------------------------------


def suggest(events: Sequence[Row], entity_type: str) -> list[Signal]:
    """Choose a few events that may tell who is about to buy, the telling names first.

    Args:
        events: by how often they happened.
        entity_type: whom they are to tell apart.
    """
    reach = f"{entity_type}s"
    usable = sorted(filter(can_be_named, events), key=lambda event: -event[reach])
    alike = {kind: [e for e in usable if kind_of(e["event_name"]) is kind] for kind in KINDS}
    # the widest used of each kind, then a second of each
    ranked = [
        (event, kind)
        for rank in range(MOST_OF_A_KIND)
        for kind in KINDS
        for event in alike[kind][rank : rank + 1]
    ]
    chosen = sorted(ranked[:MOST_SIGNALS], key=lambda pair: KINDS.index(pair[1]))
    others = [event for event in usable if kind_of(event["event_name"]) is USAGE]
    chosen += [(event, USAGE) for event in others[: max(0, FEWEST_SIGNALS - len(chosen))]]
    taken = {ACTIVITY["signal_id"], "any_activity"}
    return [signal_for(event["event_name"], kind, taken) for event, kind in chosen]


def can_be_named(event: Row) -> bool:
    """Tell whether signals.csv can name an event: | separates several, @ begins built-in ones.

    A cell that begins with =, + or - is a formula to a spreadsheet, and no name can be changed.
    """
    name = event["event_name"]
    plain = not any(unicodedata.category(character).startswith("C") for character in name)
    return plain and "|" not in name and not name.startswith(("@", "=", "+", "-")) and name != "*"


def kind_of(event_name: str) -> Kind | None:
    """Guess the kind of an event from its name; None for what nearly everybody does, or undoes."""
    words = words_of(event_name)
    if is_negated(words):
        return None
    kinds = (kind for kind in KINDS if says(words, kind.words))
    return next(kinds, None if says(words, COMMON) else USAGE)


def is_negated(words: Sequence[str]) -> bool:
    """Tell whether a name says that something was undone: uninstalled, invite_cancelled."""
    undone = (re.sub(f"^({NEGATED})", "", word) for word in words if re.match(NEGATED, word))
    acts = ", ".join(kind.words for kind in KINDS).replace(" ", ", ")
    return (
        not NOT.isdisjoint(words)
        or says(words, NEGATIONS)
        or any(says([word], acts) for word in undone)
    )


def says(words: Sequence[str], ways: str) -> bool:
    """Tell whether whole words of a name say something in one of several ways."""
    return any(
        all(any(re.fullmatch(stem + ENDINGS, word) for word in words) for stem in way.split())
        for way in filter(str.strip, ways.split(","))
    )


def words_of(event_name: str) -> list[str]:
    """Split a name into words, however they are joined: inviteSent, invite-sent, SSOEnabled."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", event_name)
    return re.findall(r"[^\W_]+", spaced.lower())


def numbers_of(
    events: Sequence[Row], found: Sequence[Row], entity_type: str, taken: set[str]
) -> list[Signal]:
    """Offer the numbers that events carry as sums, those of the widest reach first.

    Args:
        events: those that signals may name.
        found: the properties that are numbers.
        entity_type: whom they are to tell apart.
        taken: the ids of other signals.
    """
    usable = {event["event_name"] for event in filter(can_be_named, events)}
    numbers = [
        number
        for number in found
        if number["event_name"] in usable
        and can_be_named({"event_name": number["property"]})
        and kind_of(number["event_name"])
        and not says(words_of(number["property"]), NO_AMOUNTS)
    ]
    numbers.sort(key=lambda number: -number[f"{entity_type}s"])
    return [
        replace(
            signal_for(f"{number['property']} of {number['event_name']}", NUMBER, taken),
            event_name=number["event_name"],
            measure_property=number["property"],
        )
        for number in numbers[:MOST_NUMBERS]
    ]


def signal_for(event_name: str, kind: Kind, taken: set[str]) -> Signal:
    """Make a signal of an event, under an id that is not taken yet."""
    words = words_of(event_name)
    base = re.sub(r"[^a-z0-9]+", "_", "_".join(words)).strip("_")[:36]
    if not base or not base[0].isalpha():
        base = f"event_{base}".rstrip("_")
    signal_id, number = base, 2
    while signal_id in taken:
        signal_id, number = f"{base}_{number}", number + 1
    taken.add(signal_id)
    return Signal(signal_id, " ".join(words) or signal_id, event_name, kind)


# --- the config folder ----------------------------------------------------------------------------


def starter_files(
    signals: Sequence[Signal],
    numbers: Sequence[Signal],
    entity_type: str,
    has_subscriptions: bool,
) -> dict[str, bytes]:
    """Return every file of the config folder; those with nothing to say have a header alone.

    Numbers are signals without a rule: what they are worth, outcomes have to say.
    """
    rules = [rule_row(signal) for signal in signals]
    rules.append(rule_row(Signal(ACTIVITY["signal_id"], "", "*", USAGE)))
    points = sum(int(rule["points"] or 0) for rule in rules)
    definition = {
        "definition_id": DEFINITION_ID,
        "version": "1",
        "definition_name": "Starter score",
        "entity_type": entity_type,
        "audience": "free|trial" if has_subscriptions else "",
        "score_threshold": str(-(-points // 10) * 5),  # half of the points, rounded up to fives
        "status": "draft",
        "priority": "10",
        "rationale": "Made by pql init from the names of events: a place to start, not evidence. "
        "Signals, points and threshold wait for somebody who knows the product.",
    }
    content: dict[str, Sequence[dict[str, str]]] = {
        "signals.csv": [*map(signal_row, [*signals, *numbers]), ACTIVITY],
        "definitions.csv": [definition],
        "definition_rules.csv": rules,
        "routing_rules.csv": [{"definition_id": "*", **route} for route in ROUTES],
    }
    return {name: config_file(name, content.get(name, ())) for name in CONFIG_FILES}


def signal_row(signal: Signal) -> dict[str, str]:
    """Write a signal as a row of signals.csv."""
    how_much = {"events": "{value} time(s)", "days": "on {value} day(s)", "sum": "{value}"}
    often = how_much[signal.kind.measure]
    return {
        "signal_id": signal.signal_id,
        "signal_name": signal.words[:1].upper() + signal.words[1:],
        "category": signal.kind.category,
        "event_name": signal.event_name,
        "measure": signal.kind.measure,
        "measure_property": signal.measure_property,
        "window_days": "30",
        "reason_template": f"{signal.words}: {often} in the last {{window_days}} days",
    }


def rule_row(signal: Signal) -> dict[str, str]:
    """Write the rule about a signal as a row of definition_rules.csv."""
    return {
        "definition_id": DEFINITION_ID,
        "version": "1",
        "rule_id": signal.signal_id,
        "signal_id": signal.signal_id,
        "effect": signal.kind.effect,
        "min_value": str(signal.kind.min_value),
        "points": str(signal.kind.points or ""),
    }


def config_file(name: str, values: Iterable[dict[str, str]]) -> bytes:
    """Write a config file with the columns of the shipped one."""
    columns = columns_of(name)
    return to_csv([columns, *([row.get(column, "") for column in columns] for row in values)])


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files into a new folder."""
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        reason = "it exists" if folder.exists() else error.strerror
        raise PqlError(
            f"{folder}: {reason}; nothing is overwritten, so name a new folder by --config"
        ) from None
    for name, content in files.items():
        (folder / name).write_bytes(content)


# --- what is said ---------------------------------------------------------------------------------


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
    warehouse = connected(target) if target not in ("", "duckdb") else None
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
