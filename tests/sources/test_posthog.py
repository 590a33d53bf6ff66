"""The layout of PostHog's batch exports, with what is odd about it."""

import json
from pathlib import Path

import duckdb
import pytest
from views import Views, build_views, cells


def event(uuid: str, name: str, distinct_id: str, second: int, **properties: object) -> dict:
    """A row of the export to files."""
    return {
        "uuid": uuid,
        "event": name,
        "distinct_id": distinct_id,
        "person_id": f"person of {distinct_id} on that day",
        "team_id": "1",
        "properties": json.dumps(properties),
        "timestamp": f"2026-06-01 10:00:0{second}.000000",
        "created_at": f"2026-06-01 10:00:1{second}.000000",
        "_inserted_at": "2026-06-09 00:00:00",
    }


def group(uuid: str, kind: str, key: str, second: int, **properties: str) -> dict:
    """A row that says what is known of a group."""
    said = {"$group_type": kind, "$group_key": key, "$group_set": properties}
    return event(uuid, "$groupidentify", "u1", second, **said)


def person(distinct_id: str, inserted: str, *, deleted: bool = False, **properties: object) -> dict:
    """A row of the export of persons."""
    return {
        "team_id": "1",
        "distinct_id": distinct_id,
        "person_id": "p",
        "properties": json.dumps(properties),
        "created_at": "2026-05-01 00:00:00",
        "_inserted_at": inserted,
        "is_deleted": str(deleted).lower(),
    }


ACME = {"company": "a1", "project": "x9"}
EVENTS = [
    event("e1", "project created", "anon", 1, **{"$groups": ACME, "size": 3}),
    event("e1", "project created", "anon", 1, **{"$groups": ACME, "size": 3}),  # exported again
    event("e2", "$identify", "u1", 2, **{"$anon_distinct_id": "anon"}),
    event("e3", "$create_alias", "u1", 3, alias="u0"),
    event("e4", "$autocapture", "u1", 4),
    event("e5", "$pageview", "u1", 5, **{"$pathname": "/pricing"}),
    group("e6", "company", "a1", 6, name="Acme", plan="x"),
    group("e7", "company", "a1", 7, plan="pro"),
    group("e8", "project", "x9", 8, name="Roadmap"),
    event("e9", "project created", "u2", 9) | {"team_id": "2"},
]
PERSONS = [
    person("anon", "2026-06-01 11:00:00", email="ann@acme.example", user_id="7"),
    person("u1", "2026-06-01 11:00:00", email="ann@acme.example", user_id="7"),
    person("u1", "2026-06-01 09:00:00", email="old@acme.example", user_id="8"),
    person("gone", "2026-06-01 11:00:00", deleted=True, user_id="9"),
    person("gone", "2026-06-01 09:00:00", user_id="9"),
]


def write(path: Path, rows: list[dict]) -> None:
    """Write rows as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Files in a bucket, a folder of each model, of two projects."""
    folder = tmp_path_factory.mktemp("posthog")
    write(folder / "posthog" / "events" / "1.jsonl", EVENTS)
    write(folder / "posthog" / "persons" / "1.jsonl", PERSONS)
    return build_views(
        folder,
        posthog={"path": "posthog", "group_type": "company", "only": {"team_id": 1}},
    )


def test_repeated_batches_are_left_to_be_duplicates_by_uuid(views: Views) -> None:
    events = cells(views["posthog__events"], "event_id", "event_name")
    assert events == [("e1", "project created"), ("e1", "project created"), ("e5", "$pageview")]


def test_the_clock_of_the_export_is_not_read(views: Views) -> None:
    assert cells(views["posthog__events"][:1], "occurred_at", "received_at") == [
        ("2026-06-01 10:00:01.000000", "2026-06-01 10:00:11.000000")
    ]


def test_a_distinct_id_is_both_user_and_anonymous(views: Views) -> None:
    users = [row["user_id"] for row in views["posthog__events"]]
    assert users == ["anon", "anon", "u1"]
    assert cells(views["posthog__identity_links"], "from_id", "to_user_id", "linked_at") == [
        ("anon", "7", "2026-06-01 11:00:00"),  # as the persons of today say
        ("anon", "u1", "2026-06-01 10:00:02"),
        ("u0", "u1", "2026-06-01 10:00:03"),
        ("u1", "7", "2026-06-01 11:00:00"),
    ]


def test_a_person_that_was_deleted_is_no_user(views: Views) -> None:
    assert cells(views["posthog__users"], "user_id", "email") == [("7", "ann@acme.example")]


def test_the_account_is_the_group_of_one_type(views: Views) -> None:
    assert [row["account_id"] for row in views["posthog__events"]] == ["a1", "a1", None]
    accounts = cells(views["posthog__accounts"], "account_id", "account_name", "plan_name")
    assert accounts == [("a1", "Acme", "pro")]  # a later call changes what it names


def test_a_schema_without_created_at_and_persons_whose_id_is_the_users(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute(
            """
            create schema ph;
            create table ph.events as select
                'e1' as uuid, 'signed up' as event, 'd1' as distinct_id, 1 as team_id,
                '{"$groups": {"organization": "o1"}}'::json as properties,
                timestamptz '2026-06-01 12:00:01+02' as timestamp,
                timestamptz '2026-06-09 00:00:00+00' as bq_ingested_timestamp;
            create table ph.person_distinct_id_overrides as select
                'd1' as distinct_id, 'p1' as person_id, 3 as version
            """
        )
    options = {"schema": "ph", "group_type": "organization", "user_id": "person_id"}
    views = build_views(tmp_path, posthog=options)
    (event,) = views["posthog__events"]
    assert (event["account_id"], event["received_at"]) == ("o1", None)
    assert f"{event['occurred_at']:%F %T}" == "2026-06-01 10:00:01"
    links = cells(views["posthog__identity_links"], "from_id", "to_user_id")
    assert links == [("d1", "p1")]
