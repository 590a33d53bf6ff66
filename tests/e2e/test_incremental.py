"""Any path to the same rows gives the same tables: only the days that changed are counted anew.

pytest prints the seed of the random paths. `PQL_SEED=<number> PQL_BATCHES=12 PQL_KILLS=6
PQL_STEPS=10 pytest -m slow tests/e2e/test_incremental.py` takes another one, in as many batches,
with as many killed builds, and as many steps of one to three days.
"""

import hashlib
import json
import os
import random
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import cases
import duckdb
import pytest
from cases import SEED
from conftest import (
    PROJECT,
    Build,
    Built,
    Tables,
    changed_tables,
    keep_what_was_killed,
    run_dbt,
)
from test_builds import EVENT, MEMORY_MARTS, ONE_RULE, TRANSIENT_MODELS, USER, check

BATCHES = int(os.environ.get("PQL_BATCHES", "4"))
KILLS = int(os.environ.get("PQL_KILLS", "2"))
STEPS = int(os.environ.get("PQL_STEPS", "3"))


def assert_same(one: Path, other: Path) -> None:
    """Both hold the same rows, but for memory and what only one build is about."""
    for schema in ("pql", "pql_intermediate"):
        changed = changed_tables(one, other, schema)
        assert changed.keys() <= MEMORY_MARTS | TRANSIENT_MODELS, f"PQL_SEED={SEED}: {changed}"


# --- a random path, and the same rows at once -----------------------------------------------------


@dataclass(frozen=True)
class Journey:
    """Builds of growing raw tables in one database, and a build of all of it in another."""

    case: cases.Case
    raw: Tables
    folder: Path
    early_tables: tuple[Tables, Tables]  # raw tables and config of the first of its builds
    early: Path  # what the database was after it
    grown: Built
    at_once: Built


@pytest.fixture(scope="module")
def journey(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """Rows come late by up to a year, twice, in any order, and some are taken back for a while.

    On the way links, attributes and subscriptions come and go, people ask to be forgotten, signals
    count in another way, and rules give other points.
    """
    rng = random.Random(SEED)
    folder = tmp_path_factory.mktemp("journey")
    case = cases.generate(SEED)
    events = [*case.raw["events"], *a_year_late(rng, case.raw["events"])]
    events += rng.sample(events, 40)  # an export that overlaps another
    rng.shuffle(events)
    users = [row["user_id"] for row in case.raw["users"]]
    requests = [
        {"user_id": user_id, "email": "", "requested_at": ""} for user_id in rng.sample(users, 3)
    ]
    raw = {**case.raw, "events": events, "deletion_requests": requests}
    batches = []
    for number in range(1, BATCHES):
        seen = events[: len(events) * number // BATCHES]
        taken_back = rng.sample(range(len(seen)), len(seen) // 20)
        batch = {
            **raw,
            "events": [row for place, row in enumerate(seen) if place not in taken_back],
            "deletion_requests": requests[: number - 1],
        }
        batch[rng.choice(["identity_links", "account_links", "users", "accounts"])] = []
        batch[rng.choice(["attributes", "subscriptions"])] = []
        edit = rng.choice([*EDITS, None, None])
        batches.append(
            (batch, {**case.config, edit: EDITS[edit](case.config)} if edit else case.config)
        )
    batches.append((raw, case.config))

    for number, (tables, config) in enumerate(batches):
        grown = check(build(tables, config, folder=folder, tests=tables is raw))
        if number == 0:
            early = Path(shutil.copy(grown.database, folder / "early.duckdb"))
    # The same folder: where raw lies is part of the way of counting.
    at_once = check(
        build(raw, case.config, folder=folder, database="at_once.duckdb", tests=False, quiet=False)
    )
    return Journey(case, raw, folder, batches[0], early, grown, at_once)


def a_year_late(rng: random.Random, events: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Events of the year before, some of them with their time of receipt."""
    rows = []
    for number, row in enumerate(rng.sample(events, 30)):
        day = cases.LAST_DAY - timedelta(days=rng.randint(300, 365))
        received_at = rng.choice(["", f"{cases.LAST_DAY}T12:00:00Z"])
        times = {"occurred_at": f"{day}T12:00:00Z", "received_at": received_at}
        rows.append({**row, **times, "event_id": f"late{number}"})
    return rows


def turned_filters(config: Tables) -> list[dict[str, str]]:
    """The signals with every filter on a property turned around."""
    turned = {"=": "!=", "!=": "=", ">=": "<=", "<=": ">="}
    return [
        {**row, "property_operator": turned.get(row["property_operator"], row["property_operator"])}
        for row in config["signals"]
    ]


def other_points(config: Tables) -> list[dict[str, str]]:
    """The rules with other points, which change what is made of the counts, but no count."""
    return [{**row, "points": "7"} for row in config["definition_rules"]]


EDITS = {"signals": turned_filters, "definition_rules": other_points}


@pytest.mark.slow
def test_any_path_ends_like_one_build(journey: Journey) -> None:
    assert_same(journey.at_once.database, journey.grown.database)
    early = changed_tables(journey.early, journey.grown.database, "pql_intermediate")
    assert {"int_signal_counts", "int_event_rejects", "int_users"} <= early.keys()


@pytest.mark.slow
def test_a_past_day_is_still_rebuilt_as_the_history_tells_it(
    build: Build, journey: Journey
) -> None:
    day = cases.LAST_DAY - timedelta(days=30)
    past = check(
        build(journey.raw, journey.case.config, folder=journey.folder, as_of=day, tests=False)
    )
    history = f"""
        select definition_id, definition_version, entity_type, entity_id, valid_from,
            case when valid_to <= '{day}' then valid_to end, score, is_eligible, is_qualified
        from pql.pql_history
        where valid_from <= '{day}'
    """
    assert set(past.query(history)) == set(journey.grown.query(history))


# --- a build of a day or two after another --------------------------------------------------------


@pytest.mark.slow
def test_each_of_many_small_steps_ends_like_one_build(build: Build, tmp_path: Path) -> None:
    """One to three days at a time, with late rows, new links, and what is known otherwise since."""
    rng = random.Random(SEED)
    case = cases.generate(SEED)
    events = case.raw["events"]
    late = {id(row): rng.choice((1, 2, 3)) for row in rng.sample(events, len(events) // 20)}
    last_days = [cases.LAST_DAY]
    while len(last_days) <= STEPS:
        last_days.insert(0, last_days[0] - timedelta(days=rng.randint(1, 3)))
    links = {table: rng.sample(case.raw[table], len(case.raw[table])) for table in LINKS}

    for number, last_day in enumerate(last_days):
        share = (number + 1) / len(last_days)
        raw = {
            **case.raw,
            **{table: rows[: round(len(rows) * share)] for table, rows in links.items()},
            "events": [
                row
                for row in events
                if row["occurred_at"][:10] <= last_day.isoformat()
                and late.get(id(row), 0) <= number
            ],
        }
        if number < STEPS:
            raw["attributes"] = known_otherwise(rng, case.raw["attributes"], "value")
            raw["subscriptions"] = known_otherwise(rng, case.raw["subscriptions"], "ended_at")
        edit = rng.choice([*EDITS, None, None]) if 0 < number < STEPS else None
        config = {**case.config, edit: EDITS[edit](case.config)} if edit else case.config
        given = {"folder": tmp_path, "tests": False, "quiet": False}
        grown = check(build(raw, config, **given))
        (tmp_path / "at_once.duckdb").unlink(missing_ok=True)
        at_once = check(build(raw, config, **given, database="at_once.duckdb"))
        assert_same(at_once.database, grown.database)


LINKS = ("identity_links", "account_links")


def known_otherwise(
    rng: random.Random, rows: Sequence[dict[str, str]], column: str
) -> list[dict[str, str]]:
    """The rows but for one in ten, and with one in ten of another's value in a column."""
    kept = [row for row in rows if rng.random() > 0.1]
    return [
        {**row, column: rng.choice(rows)[column]} if rng.random() < 0.1 else row for row in kept
    ]


# --- another way of counting or scoring -----------------------------------------------------------


@pytest.mark.slow
def test_a_changed_macro_is_another_way_of_what_stands_on_it(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    left_out = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb", "tests", "docs")
    shutil.copytree(PROJECT, copy, ignore=left_out)
    built = Built(tmp_path, tmp_path / "test.duckdb", 0, "")
    ways = ("int_counting_fingerprint", "int_scoring_fingerprint")

    def fingerprints(*selection: str) -> list[str]:
        assert run_dbt(built, "run", *selection, project=copy).returncode == 0
        with duckdb.connect(str(built.database), read_only=True) as connection:
            query = "select fingerprint from pql_intermediate.{}"
            return [connection.execute(query.format(way)).fetchone()[0] for way in ways]

    def change(macro: str) -> None:
        path = copy / "macros" / macro
        path.write_text(path.read_text().replace("-%}", "-%} /* changed */", 1))

    assert run_dbt(built, "seed", project=copy).returncode == 0
    first = fingerprints("--select", *(f"+{way}" for way in ways))
    change("print_config_problems.sql")
    assert fingerprints("--select", *ways) == first
    change("timelines.sql")
    counting, scoring = fingerprints("--select", *ways)
    assert counting == first[0] and scoring != first[1]
    change("engines/json.sql")
    assert fingerprints("--select", *ways)[0] != counting


# --- who is scored anew ---------------------------------------------------------------------------


def marked(built: Built) -> list[str]:
    """The past periods with a score that no build gives: whose, and the day of March."""
    rows = built.query(
        "select entity_id, valid_from from pql.pql_history where score = 99 and not is_projected"
    )
    return sorted(f"{entity_id}{valid_from.day}" for entity_id, valid_from in rows)


def test_a_history_goes_on_from_the_day_that_changed(build: Build, tmp_path: Path) -> None:
    users = [{"user_id": user_id} for user_id in "uvwx"]
    events = [{**EVENT, "event_id": user["user_id"], **user} for user in users]
    raw: Tables = {"events": [*events, events[0]], "users": users}
    first = check(build(raw, ONE_RULE, folder=tmp_path, tests=False))
    mark = "update pql_intermediate.int_score_history set score = 99"
    with duckdb.connect(str(first.database)) as connection:
        connection.execute(mark)
        # Without it all days are counted anew, but to the same counts.
        connection.execute("drop table pql_intermediate.int_event_rejects")
    again = check(build(raw, ONE_RULE, folder=tmp_path, tests=False))
    assert marked(again) == ["u1", "v1", "w1", "x1"]
    assert again.query("select event_id, status from pql.event_rejects") == [("u", "duplicate")]

    # The next day, late news of one, a subscription of another, and one who is gone.
    next_day = {**EVENT, "event_id": "5", "occurred_at": "2026-03-02"}
    late = {**EVENT, "event_id": "6", "user_id": "v", "occurred_at": "2026-02-27"}
    paid = {"subscription_id": "s", "user_id": "w", "stage": "paid", "started_at": "2026-03-01"}
    news: Tables = {
        "events": [*events[:3], next_day, late],
        "users": users[:3],
        "subscriptions": [paid],
    }
    without_late = {**news, "events": news["events"][:-1]}
    second = check(build(without_late, ONE_RULE, folder=tmp_path, tests=False))
    # What was said of u's first day stands, and of w's not, who paid on it.
    assert marked(second) == ["u1", "v1"]
    third = check(build(news, ONE_RULE, folder=tmp_path, tests=False))
    assert marked(third) == ["u1"]

    # Another way of scoring is news of everybody, and who is gone is found even after a part was
    # refreshed. A signal that looks at no property is there already, among the counts of any
    # activity.
    assert (
        run_dbt(third, "run", "--full-refresh", "--select", "int_scoring_manifest").returncode == 0
    )
    counts = "pql_intermediate.int_signal_counts"
    with duckdb.connect(str(third.database)) as connection:
        connection.execute(mark)
        connection.execute(f"update {counts} set row_count = 99 where signal_id = 'any_activity'")
    decaying = [{**row, "decay_points_per_week": "1"} for row in ONE_RULE["definitions"]]
    signals = [*ONE_RULE["signals"], {**ONE_RULE["signals"][0], "signal_id": "new"}]
    config = {**ONE_RULE, "definitions": decaying, "signals": signals}
    without_w = {**news, "events": [*events[:2], next_day, late], "subscriptions": []}
    fourth = check(build(without_w, config, folder=tmp_path, tests=False))
    assert marked(fourth) == []
    assert set(fourth.query("select entity_id from pql.pql_history")) == {("u",), ("v",)}
    next_days = "signal_id = 'any_activity' and activity_date = '2026-03-02'"
    assert fourth.query(f"select row_count from {counts} where {next_days}") == [(99,)]


# --- a build that is killed -----------------------------------------------------------------------


@pytest.mark.slow
def test_a_killed_build_changes_nothing_and_the_next_one_repairs_all(
    build: Build, journey: Journey
) -> None:
    rng = random.Random(SEED)
    last_good = Path(shutil.copy(journey.early, journey.folder / "killed.duckdb"))
    given = {"folder": journey.folder, "database": last_good.name, "tests": False, "quiet": False}
    node_count = journey.at_once.output.count(" START ")
    # Whom a build forgot stays forgotten, so that is left to the last one.
    news = {**journey.raw, "deletion_requests": []}
    for _ in range(KILLS):
        content = hashlib.sha256(last_good.read_bytes()).digest()
        # The seeds come first: there is nothing to fix yet.
        kill_at = rng.randrange(node_count // 4, node_count - 5)
        killed = build(news, journey.case.config, **given, kill_at=kill_at)
        assert killed.returncode == -signal.SIGKILL
        assert hashlib.sha256(last_good.read_bytes()).digest() == content
        keep_what_was_killed(killed)

    # What only the killed builds have seen leaves nothing behind.
    back = check(build(*journey.early_tables, **given))
    assert_same(journey.early, back.database)

    repaired = check(build(journey.raw, journey.case.config, **given))
    assert_same(journey.at_once.database, repaired.database)


# --- a feed that falls silent ---------------------------------------------------------------------


@pytest.mark.slow
def test_while_the_feed_is_silent_nothing_changes(build: Build, tmp_path: Path) -> None:
    rule = {**ONE_RULE["definition_rules"][0], "half_life_days": "7"}
    config = {**ONE_RULE, "definition_rules": [rule]}
    raw: Tables = {"events": [EVENT], "users": [USER, {"user_id": "v"}]}
    state = "select as_of_date, score, is_qualified, idle_days from pql.pql_users"
    check(build(raw, config, folder=tmp_path, tests=False))
    before = Path(shutil.copy(tmp_path / "test.duckdb", tmp_path / "before.duckdb"))
    # Not even where a build stopped between rejects and counts, under a setting that was given up.
    tried = {"folder": tmp_path, "variables": {"earliest_event_date": "2026-03-02"}, "quiet": False}
    keep_what_was_killed(build(raw, config, **tried, kill_at="int_signal_counts"))
    silent = build(raw, config, folder=tmp_path, quiet=False)
    assert silent.returncode == 0, silent.output
    assert changed_tables(before, silent.database, "pql") == {}
    assert silent.query(state) == [(date(2026, 3, 1), 10, True, 0)]
    assert "warning: the_feed_is_not_silent\n    events: " in silent.output
    freshness = ("source", "freshness", "--vars")
    assert run_dbt(silent, *freshness, json.dumps({"max_silent_hours": 48})).returncode == 1
    assert run_dbt(silent, *freshness, json.dumps({"max_silent_hours": 1_000_000})).returncode == 0

    # Somebody's event three weeks later: for all, the days have gone by.
    later = {**EVENT, "event_id": "2", "user_id": "v", "occurred_at": "2026-03-22"}
    # Since then the export has a column more, of days that have passed as well.
    events = [{**EVENT, "event_count": "3"}, later]
    resumed = check(build({**raw, "events": events}, config, folder=tmp_path, tests=False))
    of_one = f"{state} where user_id = 'u'"
    assert resumed.query(of_one) == [(date(2026, 3, 22), 1.25, False, 21)]
    assert resumed.query("select lapsed_on from pql.pql_users where user_id = 'u'") == [
        (date(2026, 3, 8),)
    ]
    assert resumed.query(
        "select event_count from pql_intermediate.int_signal_counts where actor_id = 'u'"
    ) == [(3,)]


# --- what is read of raw --------------------------------------------------------------------------

ROWS_A_DAY = 300
FIRST_DAY = datetime(2026, 1, 1)
# Of two events when they occurred, and when they were received: as many rows, as late, and with the
# same hashes of their times, if these were only joined by their bits (as of DuckDB 2.0).
EXCHANGED_AT = (("2026-01-07 02:16", "2026-01-07 20:17"), ("2026-01-31 06:04", "2026-01-31 10:55"))


def write_day(folder: Path, name: str, day: int, rows: int, user_id: str = "u") -> None:
    """Write a file of events that occurred on one day, and were received at the end of January."""
    duckdb.sql(
        f"""
        select '{name}' || i as event_id, 'logged_in' as event_name, '{user_id}' as user_id,
            timestamp '{FIRST_DAY + timedelta(days=day)}' + to_seconds(i) as occurred_at,
            timestamp '2026-01-31' as received_at
        from range({rows}) as numbers (i)
        """
    ).write_parquet(str(folder / "events" / f"{name}.parquet"))


def write_rows(folder: Path, name: str, rows: Sequence[tuple[str, str, str]]) -> None:
    """Write a file of events: of whom, when they occurred, and when they were received."""
    values = ", ".join(f"('{who}', timestamp '{at}', timestamp '{late}')" for who, at, late in rows)
    duckdb.sql(
        f"""
        select user_id as event_id, 'logged_in' as event_name, *
        from (values {values}) as events (user_id, occurred_at, received_at)
        """
    ).write_parquet(str(folder / "events" / f"{name}.parquet"))


def files_read(built: Built, days: Sequence[date]) -> tuple[int, int]:
    """How many files of raw events are read to count these days, and of how many.

    By DuckDB's own profile of the query that the build made: each file is one row group.
    """
    (compiled,) = (built.folder / "target" / "compiled").rglob("models/**/int_events_this_run.sql")
    (built.folder / "profiled").mkdir()
    copy = shutil.copy(built.database, built.folder / "profiled")
    dates = ", ".join(f"('{day}')" for day in days)
    with duckdb.connect(copy) as connection:
        connection.execute("set TimeZone = 'UTC'")
        # Once it had counted the days, the build forgot them.
        connection.execute(
            f"insert into pql_intermediate.int_days_to_process (event_date) values {dates}"
        )
        query = f"explain (analyze, format json) {compiled.read_text()}"
        (root,) = json.loads(connection.execute(query).fetchone()[1])["operator"]
    shutil.rmtree(built.folder / "profiled")
    scans = [
        node["extra_info"] | node
        for node in nodes(root)
        if ".parquet" in node["extra_info"].get("Filename(s)", "")
    ]
    assert scans
    return (
        sum(scan["row_groups_scanned"] for scan in scans),
        sum(scan["total_row_groups_to_scan"] for scan in scans),
    )


def dates_of(days: Sequence[int]) -> list[date]:
    """The dates of days that are counted from the first."""
    return [(FIRST_DAY + timedelta(days=day)).date() for day in days]


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a profile, and all under it."""
    yield node
    for child in node.get("children", []):
        yield from nodes(child)


def test_only_changed_days_of_raw_are_read(build: Build, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "events").mkdir(parents=True)
    (raw / "users.csv").write_text("user_id\nu\nv\n")
    (raw / "deletion_requests.csv").write_text("user_id\nv\n")
    for day in range(20):
        write_day(raw, f"day{day}_", day, ROWS_A_DAY)
    (early, late), (sooner, later) = EXCHANGED_AT
    write_rows(raw, "exchanged", [("a", early, sooner), ("b", late, later)])
    write_rows(raw, "endless", [("c", "9999-12-31", "2026-01-31")])  # which is rejected
    first = check(build(raw, ONE_RULE, folder=tmp_path, tests=False))
    assert files_read(first, dates_of(range(20))) == (22, 22)

    # A new day, a few late rows of two old ones, and two rows in place of two others.
    write_day(raw, "new", 20, ROWS_A_DAY)
    write_day(raw, "late_a", 3, 2)
    write_day(raw, "late_b", 4, 3, user_id="v")
    write_rows(raw, "exchanged", [("a", early, later), ("b", late, sooner)])
    second = check(build(raw, ONE_RULE, folder=tmp_path))
    assert files_read(second, dates_of((3, 4, 6, 20))) == (7, 25)
    received = "select latest_received_at from pql_intermediate.int_signal_counts"
    assert second.query(f"{received} where actor_id = 'a'") == [(datetime.fromisoformat(later),)]

    # Looked at are the last five days alone: what is late for an earlier one is found later.
    write_day(raw, "late_c", 5, 7)
    write_day(raw, "late_d", 17, 11)
    counted = "select sum(accepted_count) from pql.event_reconciliation"
    (before,) = second.query(counted)[0]
    five_days = {"raw_days_look_back": "5"}
    bounded = check(build(raw, ONE_RULE, folder=tmp_path, variables=five_days, tests=False))
    assert bounded.query(counted) == [(before + 11,)]
    looked_at = bounded.query(
        "select event_date from pql_intermediate.int_raw_event_day_stats order by 1"
    )
    assert [day.day for (day,) in looked_at] == [16, 17, 18, 19, 20, 21]
    whole = check(build(raw, ONE_RULE, folder=tmp_path, tests=False))
    assert whole.query(counted) == [(before + 18,)]
