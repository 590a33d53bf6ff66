"""Vendors' tables, as their loaders write them, and what each view makes of them."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Built, run_dbt

from pql.database import rows

Rows = list[dict[str, Any]]
Views = Callable[..., dict[str, Rows]]


def write_csv(folder: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write tables as CSV files, each with the columns that any of its rows has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in table for key in row)))
            writer.writeheader()
            writer.writerows(table)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A function that builds the views of some sources, and returns the rows of each."""
    folder = tmp_path_factory.mktemp("sources")

    def build_views(database: Path, **options: Any) -> dict[str, Rows]:
        built = Built(folder, database, 0, "")
        variables = json.dumps({"sources": options})
        result = run_dbt(built, "run", "--select", "path:models/sources", "--vars", variables)
        assert result.returncode == 0, result.stdout
        with duckdb.connect(str(database), read_only=True) as connection:
            views = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'pql_sources'"
            ).fetchall()
            return {
                name: rows(connection, f"from pql_sources.{name} order by all")
                for (name,) in views
            }

    return build_views


def cells(table: Rows, *columns: str) -> list[tuple]:
    """Some cells of each row."""
    return [tuple(row[column] for column in columns) for row in table]


# --- Segment --------------------------------------------------------------------------------------

CALL = {
    "id": "m1",
    "event": "signed_up",
    "event_text": "Signed Up",
    "timestamp": "2026-06-01T10:00:00Z",
    "original_timestamp": "1970-01-01T00:00:00Z",
    "sent_at": "2099-01-01T00:00:00Z",
    "received_at": "2026-06-01T10:00:01Z",
    "uuid_ts": "2030-01-01T00:00:00Z",
    "user_id": "u1",
    "anonymous_id": "d1",
    "context_group_id": "a1",
}


def call(number: int, name: str = "Signed Up", **other: Any) -> dict[str, Any]:
    """A track call."""
    return CALL | {"id": f"m{number}", "event": slug(name), "event_text": name} | other


def slug(name: str) -> str:
    return name.lower().replace(" ", "_")


@pytest.fixture(scope="module")
def segment(sources: Views, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Two Segment sources: a web site's, and a server's whose calls have no anonymous id."""
    folder = tmp_path_factory.mktemp("segment")
    signed_up = call(1, plan="pro", seats="5", context_ip="::1")
    write_csv(
        folder / "web",
        {
            "tracks": [
                call(1),
                call(2, "Project Created"),  # its table is not loaded
                call(3, "signed_up"),  # another spelling, in the same table
                call(4, "Cloud Job", channel="sources"),
                call(5, "No Time", timestamp="yesterday"),
            ],
            "signed_up": [signed_up, call(3, "signed_up", plan="", empty="")],
            "signed_up_view": [signed_up],
            "rudder_discards": [{"id": "1", "event": "", "event_text": "", "received_at": ""}],
            "pages": [{key: CALL[key] for key in CALL if "event" not in key} | {"path": "/pricing"}],
            "users": [
                {"id": "u1", "email": "old@acme.example", "received_at": "2026-06-01T00:00:00Z"},
                {"id": "u1", "email": "ann@acme.example", "received_at": "2026-06-02T00:00:00Z"},
            ],
            "identifies": [
                {"id": "i1", "user_id": "u1", "anonymous_id": "d1", "timestamp": "2026-06-01T09:00:00Z"},
                {"id": "i2", "user_id": "u1", "anonymous_id": "d1", "timestamp": "2026-06-03T09:00:00Z"},
            ],
            "groups": [
                {"group_id": "a0", "user_id": "u1", "name": "Old", "received_at": "2026-06-01T00:00:00Z"},
                {"group_id": "a1", "user_id": "u1", "name": "Acme", "received_at": "2026-06-02T00:00:00Z"},
                {"group_id": "a1", "user_id": "u1", "name": "Acme 2", "received_at": "2026-06-03T00:00:00Z"},
            ],
            "aliases": [{"previous_id": "u0", "user_id": "u1", "timestamp": "2026-06-01T09:00:00Z"}],
        },
    )
    server = [{key: value for key, value in CALL.items() if key != "anonymous_id"} | {"id": "s1"}]
    write_csv(folder / "server", {"tracks": server})
    return sources(folder / "x.duckdb", segment={"path": [f"{folder}/web", f"{folder}/server"]})


def test_each_track_call_is_one_row(segment: dict[str, Rows]) -> None:
    calls = [row for row in segment["segment__events"] if row["event_name"] != "page"]
    assert cells(calls, "event_id", "event_name", "properties") == [
        ("m1", "Signed Up", '{"plan":"pro","seats":"5"}'),
        ("m2", "Project Created", None),
        ("m3", "signed_up", "{}"),
        ("m5", "No Time", None),
        ("s1", "Signed Up", None),  # not left out, for its own source has no such table
    ]


def test_a_time_that_cannot_be_read_stays_as_it_is(segment: dict[str, Rows]) -> None:
    (row,) = [row for row in segment["segment__events"] if row["event_name"] == "No Time"]
    assert row["occurred_at"] == "yesterday"


def test_loader_clocks_are_no_received_at(segment: dict[str, Rows]) -> None:
    row = segment["segment__events"][0]
    assert row["occurred_at"] == CALL["timestamp"]
    assert row["received_at"] == CALL["received_at"]


def test_tables_without_anonymous_id(segment: dict[str, Rows]) -> None:
    assert cells(segment["segment__events"][-1:], "event_id", "anonymous_id") == [("s1", None)]


def test_a_page_is_an_event_with_its_own_columns(segment: dict[str, Rows]) -> None:
    (page,) = [row for row in segment["segment__events"] if row["event_name"] == "page"]
    assert page["properties"] == '{"path":"/pricing"}'


def test_the_latest_traits_count(segment: dict[str, Rows]) -> None:
    assert cells(segment["segment__users"], "user_id", "email", "account_id", "created_at") == [
        ("u1", "ann@acme.example", "a1", "2026-06-01 09:00:00")
    ]
    assert cells(segment["segment__accounts"], "account_id", "account_name") == [
        ("a0", "Old"),
        ("a1", "Acme 2"),
    ]


def test_identify_and_alias_calls_link(segment: dict[str, Rows]) -> None:
    links = cells(segment["segment__identity_links"], "from_id", "to_user_id", "linked_at")
    assert [(*link[:2], f"{link[2]:%d}") for link in links] == [("d1", "u1", "03"), ("u0", "u1", "01")]


def test_a_schema_is_read_like_a_folder(
    segment: dict[str, Rows], sources: Views, tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("create schema web")
        connection.execute(
            "create table web.tracks as select 'm1' as id, 'signed_up' as event, 'Signed Up' as "
            "event_text, timestamp '2026-06-01 10:00:00' as timestamp, 'u1' as user_id, "
            "timestamptz '2026-06-01 10:00:01+00' as received_at"
        )
        connection.execute(
            "create table web.signed_up as select *, true as is_paid, 5 as seats, null as plan, "
            "[1, 2] as sizes from web.tracks"
        )
        connection.execute("create table web.users as select 'u1' as id, 1 as email")
    views = sources(tmp_path / "x.duckdb", segment={"schema": "web"})
    (event,) = views["segment__events"]
    assert json.loads(event["properties"]) == {"is_paid": True, "seats": 5, "sizes": [1, 2]}
    assert f"{event['occurred_at']:%F %T}" == "2026-06-01 10:00:00"
    assert cells(views["segment__users"], "user_id", "email") == [("u1", "1")]


def test_one_table_of_all_calls(sources: Views, tmp_path: Path) -> None:
    base = {
        "message_id": "m1", "user_id": "u1", "anonymous_id": "d1", "context_group_id": "a1",
        "timestamp": "2026-06-01T10:00:00Z", "received_at": "2026-06-01T10:00:01Z",
    }
    write_csv(
        tmp_path / "jitsu",
        {
            "events": [
                base | {"type": "track", "event": "Signed Up", "plan": "pro"},
                base | {"type": "page", "message_id": "m2", "url": "/pricing"},
                base | {"type": "identify", "message_id": "m3", "context_traits_email": "ann@acme.example"},
                base | {"type": "group", "message_id": "m4", "context_group_name": "Acme"},
            ]
        },
    )
    views = sources(tmp_path / "x.duckdb", segment={"path": f"{tmp_path}/jitsu"})
    assert cells(views["segment__events"], "event_id", "event_name", "properties") == [
        ("m1", "Signed Up", '{"plan":"pro"}'),
        ("m2", "page", '{"url":"/pricing"}'),
    ]
    assert cells(views["segment__users"], "user_id", "email", "account_id") == [
        ("u1", "ann@acme.example", "a1")
    ]
    assert cells(views["segment__accounts"], "account_id", "account_name") == [("a1", "Acme")]
    assert cells(views["segment__identity_links"], "from_id", "to_user_id") == [("d1", "u1")]


# --- tables of one's own --------------------------------------------------------------------------


def test_rows_of_applications_are_events(sources: Views, tmp_path: Path) -> None:
    write_csv(
        tmp_path / "app",
        {
            "projects": [
                {"id": "1", "owner": "7", "org": "a1", "created_at": "2026-06-01 10:00:00", "kind": "x",
                 "archived_at": "", "deleted_at": ""},
                {"id": "2", "owner": "7", "org": "a1", "created_at": "2026-06-01 10:00:00+02", "kind": "",
                 "archived_at": "2026-06-03 00:30:00", "deleted_at": "2026-06-04 00:00:00"},
            ],
            "audit_logs": [
                {"id": "1", "action": "invited", "actor": "7", "at": "2026-06-01T10:00:00Z",
                 "data": '{"account": {"id": "a2"}, "n": 1}'},
            ],
            "users": [
                {"id": "7", "mail": "ann@acme.example", "deleted_at": ""},
                {"id": "8", "mail": "bob@acme.example", "deleted_at": "2026-06-01 00:00:00"},
            ],
            "memberships": [
                {"user": "7", "org": "a0", "created_at": "2026-01-01", "deleted_at": "2026-02-01"},
                {"user": "7", "org": "a1", "created_at": "2025-01-01", "deleted_at": ""},
                {"user": "7", "org": "a2", "created_at": "2026-03-01", "deleted_at": ""},
            ],
            "plans": [{"org": "a1", "id": "s1", "from": "2026-06-01"}],
        },
    )  # fmt: skip
    project = {"table": "projects", "event_id": "id", "user_id": "owner", "account_id": "org"}
    views = sources(
        tmp_path / "x.duckdb",
        application={
            "path": f"{tmp_path}/app",
            "timezone": "Europe/Berlin",
            "events": [
                project | {"event_name": "=Project Created", "occurred_at": "created_at", "properties": ["kind"]},
                project | {"event_name": "=Project Archived", "occurred_at": "archived_at", "happened_if": "archived_at"},
                {"table": "audit_logs", "event_id": "id", "event_name": "action", "user_id": "actor",
                 "occurred_at": "at", "account_id": "data.account.id", "properties": "data"},
            ],
            "users": {"table": "users", "user_id": "id", "email": "mail"},
            "memberships": {"table": "memberships", "user_id": "user", "account_id": "org"},
            "subscriptions": {"table": "plans", "subscription_id": "id", "account_id": "org",
                              "started_at": "from", "stage": "=paid"},
        },
    )  # fmt: skip
    assert [tuple(row.values())[:8] for row in views["application__events"]] == [
        ("audit_logs:1:invited", "invited", "2026-06-01T10:00:00Z", None, "7", None, "a2",
         '{"account": {"id": "a2"}, "n": 1}'),
        ("projects:1:Project Created", "Project Created", "2026-06-01 08:00:00", None, "7", None, "a1",
         '{"kind":"x"}'),
        ("projects:2:Project Archived", "Project Archived", "2026-06-02 22:30:00", None, "7", None, "a1",
         "{}"),
        ("projects:2:Project Created", "Project Created", "2026-06-01 10:00:00+02", None, "7", None, "a1",
         "{}"),
    ]  # fmt: skip
    assert cells(views["application__users"], "user_id", "email", "account_id") == [
        ("7", "ann@acme.example", "a2")
    ]
    (plan,) = views["application__subscriptions"]
    assert (plan["stage"], plan["account_id"]) == ("paid", "a1")
    assert views["application__accounts"] == []
