"""Whole builds, as a user runs them: again, of a past day, and of bad, thin and untidy input."""

import hashlib
import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import (
    DATA_QUALITY_MARTS,
    MODELS,
    PROJECT,
    RAW_COLUMNS,
    SCORING_MODELS,
    Build,
    Built,
    Tables,
    changed_tables,
)

PAST_DAY = date(2026, 4, 15)
# What was published when: later builds keep it, but another database has another memory.
SYNC_MARTS = {path.stem for path in MODELS.glob("marts/crm_sync/*.sql")}
MEMORY_MARTS = SYNC_MARTS | {"pql_published"}
# What a build found to count or score anew, or to say, which is nothing the second time; and what
# it remembers of each build, or makes of what was said before, which another database has not seen.
TRANSIENT_MODELS = {
    "int_undated_rejects",
    "int_days_to_process",
    "int_entities_to_rescore",
    "int_entities_to_resolve",
    "int_entity_counts_this_run",
    "int_entity_day_changes",
    "int_entity_days_this_run",
    "int_events_this_run",
    "int_held_leads",
    "int_judged_tasks",
    "int_lead_changes",
    "int_new_tasks",
    "int_removed_contacts",
    "int_synced_people",
}

EVENT = {"event_id": "1", "event_name": "logged_in", "occurred_at": "2026-03-01", "user_id": "u"}
USER = {"user_id": "u", "email": "ada@acme.example"}
SMALL: Tables = {"events": [EVENT], "users": [USER]}
ONE_RULE: Tables = {
    "signals": [
        {
            "signal_id": "logins",
            "signal_name": "Logged in",
            "category": "usage",
            "event_name": "logged_in",
            "measure": "events",
            "window_days": "30",
        }
    ],
    "definitions": [
        {
            "definition_id": "active",
            "version": "1",
            "entity_type": "user",
            "score_threshold": "10",
            "status": "live",
            "priority": "1",
        }
    ],
    "definition_rules": [
        {
            "definition_id": "active",
            "version": "1",
            "rule_id": "logins",
            "signal_id": "logins",
            "min_value": "1",
            "points": "10",
        }
    ],
}


def check(built: Built) -> Built:
    """The build, which must have succeeded without a word that a user could not make sense of."""
    assert built.returncode == 0, built.output
    assert_plain(built.output)
    return built


def assert_plain(output: str) -> None:
    """No stack trace, no deprecation, and no warning of dbt about the project itself."""
    for stranger in ("Traceback", '  File "', "[WARNING", "eprecat"):
        assert stranger not in output, output


# --- the demo: today, again, of a past day, from its files ----------------------------------------


def test_the_demo_prints_no_warning_without_its_meaning(demo: Built) -> None:
    check(demo)
    assert "Completed" in demo.output
    for name in re.findall(r"Warning in test (\S+)", demo.output):
        assert re.search(rf"^warning: {name}\n    \w", demo.output, re.MULTILINE), name


def test_a_second_build_changes_no_row(build: Build, demo: Built, tmp_path: Path) -> None:
    shutil.copy(demo.database, tmp_path)
    again = check(build(folder=tmp_path))
    assert changed_tables(demo.database, again.database, "pql") == {}
    changed = changed_tables(demo.database, again.database, "pql_intermediate")
    assert changed.keys() <= TRANSIENT_MODELS


def test_a_folder_with_the_demo_is_built_like_the_demo(build: Build, demo: Built) -> None:
    built = check(build(PROJECT / "seeds" / "demo"))
    assert changed_tables(demo.database, built.database, "pql").keys() <= MEMORY_MARTS


def test_a_past_day_is_rebuilt_as_the_history_tells_it(
    build: Build, demo: Built, tmp_path: Path
) -> None:
    today = Path(shutil.copy(demo.database, tmp_path))
    before = hashlib.sha256(today.read_bytes()).digest()
    past = check(build(folder=tmp_path, as_of=PAST_DAY))
    assert past.database != today
    assert hashlib.sha256(today.read_bytes()).digest() == before

    until_then = f"""
        select definition_id, definition_version, entity_type, entity_id, valid_from,
            case when valid_to <= '{PAST_DAY}' then valid_to end as valid_to,
            score, is_eligible, is_qualified
        from pql.pql_history
        where valid_from <= '{PAST_DAY}'
    """
    history = demo.query(until_then)
    assert len(history) > 10_000
    assert not set(past.query(until_then)) ^ set(history)

    leads = past.query(
        """
        select definition_id, definition_version, 'account' as entity_type, account_id,
            as_of_date, score, is_eligible, is_qualified
        from pql.pql_accounts
        union all
        select definition_id, definition_version, 'user', user_id,
            as_of_date, score, is_eligible, is_qualified
        from pql.pql_users
        """
    )
    on_that_day = demo.query(
        f"""
        select definition_id, definition_version, entity_type, entity_id,
            date '{PAST_DAY}' as as_of_date, score, is_eligible, is_qualified
        from pql.pql_history
        inner join pql.pql_definitions using (definition_id, definition_version, entity_type)
        where status = 'live' and valid_from <= '{PAST_DAY}'
        qualify row_number() over (
            partition by definition_id, definition_version, entity_type, entity_id
            order by valid_from desc
        ) = 1
        """
    )
    assert len(leads) == len(on_that_day) > 1_000
    assert not set(leads) ^ set(on_that_day)


# --- refused before anything is built -------------------------------------------------------------


def refused(built: Built) -> str:
    """The one line that tells what is wrong."""
    assert built.returncode == 2, built.output
    assert built.output.startswith("error: ")
    assert built.output.count("\n") == 1
    assert not (built.folder / "target").exists()
    return built.output


@pytest.mark.parametrize(
    ("users", "message"),
    [
        (None, "the required table users is missing; add users.parquet, users.csv, or a folder"),
        (
            "user_id,email\n" + "u,ada@acme.example\n" * 5000 + "u\n",
            "users.csv, line 5002: 1 cell under 2 columns",
        ),
        ('user_id,email\nu,"ada\n', "users.csv, line 2: a double quote is not closed"),
    ],
    ids=["no such table", "short line", "open quote"],
)
def test_an_unusable_raw_table_is_refused(build: Build, users: str | None, message: str) -> None:
    given = {"users": users} if users else {}
    assert message in refused(build({"events": [EVENT], **given}))


def test_a_parquet_file_that_was_cut_off_is_refused(build: Build, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user_id\nu\n")
    events = tmp_path / "events.parquet"
    duckdb.sql("select 'logged_in' as event_name from range(9)").write_parquet(str(events))
    events.write_bytes(events.read_bytes()[:-9])
    assert f"{events}: cannot be read, export it again" in refused(build(tmp_path))


def test_an_unknown_column_of_a_config_file_is_refused(build: Build) -> None:
    rules = [row | {"poinst": "10"} for row in ONE_RULE["definition_rules"]]
    message = refused(build(SMALL, {**ONE_RULE, "definition_rules": rules}))
    assert "definition_rules.csv, line 1: unknown column poinst; did you mean points?" in message


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("pql_staging.duckdb", "pql_staging.duckdb has the name of a schema in it"),
        ("nowhere/leads.duckdb", "there is no folder"),
        ("notes.txt", "notes.txt: cannot be opened as a database"),
    ],
)
def test_an_unusable_database_is_refused(
    build: Build, tmp_path: Path, database: str, message: str
) -> None:
    (tmp_path / "notes.txt").write_text("not a database")
    assert message in refused(build(SMALL, folder=tmp_path, database=database))


# --- thin input, and one fast clock ---------------------------------------------------------------


@pytest.fixture(scope="module")
def small(build: Build) -> Built:
    """One event of one user, under one definition of one rule."""
    return check(build(SMALL, ONE_RULE))


def test_one_event_and_one_rule_are_enough(small: Built) -> None:
    assert small.query(
        "select user_id, as_of_date, score, is_qualified, idle_days from pql.pql_users"
    ) == [("u", date(2026, 3, 1), Decimal(10), True, 0)]
    assert small.query("select rule_id, points from pql.pql_reasons") == [("logins", Decimal(10))]
    assert small.query("select accepted_count from pql.event_reconciliation") == [(1,)]


def test_a_fast_clock_stops_the_build_and_leaves_no_trace_once_repaired(
    build: Build, small: Built, tmp_path: Path
) -> None:
    shutil.copy(small.database, tmp_path)
    fast = EVENT | {"event_id": "2", "occurred_at": "2099-01-01", "received_at": "2099-01-01"}
    events = [EVENT | {"received_at": ""}, fast]
    wrong = build({**SMALL, "events": events}, ONE_RULE, folder=tmp_path)
    assert wrong.returncode != 0
    assert_plain(wrong.output)
    assert (
        "error: watermark_is_not_in_the_future\n"
        "    events, columns occurred_at and received_at: " in wrong.output
    )
    assert not wrong.models_built() & SCORING_MODELS
    assert changed_tables(small.database, wrong.database, "pql").keys() <= DATA_QUALITY_MARTS

    repaired = check(build(SMALL, ONE_RULE, folder=tmp_path))
    assert changed_tables(small.database, repaired.database, "pql") == {}


@pytest.mark.parametrize(
    ("raw", "rejected"),
    [
        ({"events": [], "users": []}, []),
        (
            {
                "events": [{"event_name": "logged_in", "occurred_at": "2026-03-01"}],
                "users": [{"user_id": "u"}],
            },
            [("rejected", "missing_actor")],
        ),
    ],
    ids=["headers only", "key columns only"],
)
def test_nothing_to_score_is_scored(
    build: Build, raw: Tables, rejected: list[tuple[str, str]]
) -> None:
    built = check(build(raw))
    assert built.query("select status, reason from pql.event_rejects") == rejected
    for mart in SCORING_MODELS & {path.stem for path in MODELS.glob("marts/*/*.sql")}:
        rows = built.query(f"select * from pql.{mart}")
        assert not rows or mart in MEMORY_MARTS, mart


# --- untidy input ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def untidy(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Half a year of silence, and all that is taken with a warning, if at all.

    Every optional table has a row of blanks. Columns stand in another order, and beside strange
    ones; events and users come with native types, accounts as a folder of files.
    """
    folder = tmp_path_factory.mktemp("untidy")
    for name, columns in RAW_COLUMNS.items():
        blanks = "," * columns.count(",")
        (folder / f"{name}.csv").write_text(f"{columns}\n{blanks}\n")
    for name in ("events", "users", "accounts"):
        (folder / f"{name}.csv").unlink()
    duckdb.sql(
        """
        select 'fine' as mood, 'u' as user_id, null as account_id,
            timestamp '2026-03-01 12:00:00' as occurred_at, 'logged_in' as event_name
        union all
        select null, null, 'a', timestamp '2026-09-01 00:00:00', 'logged_in'
        """
    ).write_parquet(str(folder / "events.parquet"))
    duckdb.sql(
        """
        select 7 as shoe_size, null::timestamptz as created_at, 'u' as user_id, 'a' as account_id
        union all
        select 8, '2026-02-01 23:00:00-05'::timestamptz, 'u', 'b'
        """
    ).write_parquet(str(folder / "users.parquet"))
    (folder / "accounts").mkdir()
    (folder / "accounts" / "1.csv").write_text("employee_count,account_id\nmany,a\n")
    (folder / "accounts" / "2.csv").write_text("account_id,account_name\nb,Bee\n")
    (folder / "subscriptions.csv").write_text(
        "subscription_id,account_id,stage,started_at,mrr\ns,a,trail,2026-01-01,ten\n"
    )
    return check(build(folder, ONE_RULE, quiet=False))


def test_untidy_rows_are_warned_of_and_not_refused(untidy: Built) -> None:
    found = untidy.query("select severity, file_name, column_name from pql.config_problems")
    warned = {
        ("warning", "users", "user_id"),
        ("warning", "accounts", "employee_count"),
        ("warning", "subscriptions", "stage"),
        ("warning", "subscriptions", "mrr"),
        ("warning", "identity_links", "from_id"),
    }
    assert warned <= set(found)
    assert {severity for severity, _, _ in found} == {"warning"}
    assert (
        "warning: subscriptions, row subscription_id s, column stage\n"
        '    1 row(s): stage without a meaning, such as "trail"\n'
        "    -> write one of: trial, paid\n" in untidy.output
    )


def test_half_a_year_of_silence_is_counted(untidy: Built) -> None:
    assert untidy.query(
        """
        select user_id, as_of_date, score, is_qualified, lapsed_on, idle_days, stage
        from pql.pql_users
        """
    ) == [("u", date(2026, 9, 1), Decimal(0), False, date(2026, 3, 31), 184, "free")]


def test_native_types_and_folders_are_read(untidy: Built) -> None:
    users = untidy.query(
        "select user_id, account_id, created_at from pql_staging.stg_product__users"
    )
    assert [(user, account, str(at)) for user, account, at in users] == [
        ("u", "b", "2026-02-02 04:00:00")
    ]
    accounts = untidy.query(
        "select account_id, account_name from pql_staging.stg_product__accounts order by account_id"
    )
    assert accounts == [("a", None), ("b", "Bee")]
