"""Tables of an application of one's own: what they are, the vars say."""

import pytest
from views import Views, build_views, cells

TABLES = {
    "projects": (
        "id,owner,org,kind,created_at,archived_at,deleted_at\n"
        "1,7,a1,x,2026-06-01 10:00:00,,\n"
        "2,7,a1,,2026-06-01 10:00:00+02,2026-06-03 00:30:00,2026-06-04 00:00:00"
    ),
    "audit_logs": (
        "id,action,actor,at,data\n"
        '1,invited,7,2026-06-01T10:00:00Z,"{""account"": {""id"": ""a2""}, ""n"": 1}"'
    ),
    "users": "id,mail,deleted_at\n7,ann@acme.example,\n8,bob@acme.example,2026-06-01 00:00:00",
    "memberships": (
        "user,org,created_at,deleted_at\n"
        "7,a0,2026-05-01,2026-05-02\n"
        "7,a1,2025-01-01,\n"
        "7,a2,2026-03-01,"
    ),
    "plans": "id,org,from\ns1,a1,2026-06-01",
}
PROJECT = {"table": "projects", "event_id": "id", "user_id": "owner", "account_id": "org"}
OPTIONS = {
    "path": "app",
    "timezone": "Europe/Berlin",
    "events": [
        PROJECT
        | {
            "event_name": "=Project Created",
            "occurred_at": "created_at",
            "properties": ["kind"],
        },
        PROJECT
        | {
            "event_name": "=Project Archived",
            "occurred_at": "archived_at",
            "happened_if": "archived_at",
        },
        {
            "table": "audit_logs",
            "event_id": "id",
            "event_name": "action",
            "user_id": "actor",
            "account_id": "data.account.id",
            "occurred_at": "at",
            "properties": "data",
        },
    ],
    "users": {"table": "users", "user_id": "id", "email": "mail"},
    "memberships": {"table": "memberships", "user_id": "user", "account_id": "org"},
    "subscriptions": {
        "table": "plans",
        "subscription_id": "id",
        "account_id": "org",
        "stage": "=paid",
        "started_at": "from",
    },
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An application of a company in Berlin."""
    folder = tmp_path_factory.mktemp("application")
    return build_views(folder, {"app": TABLES}, application=OPTIONS)


def test_a_row_is_an_event(views: Views) -> None:
    events = cells(views["application__events"], "event_name", "account_id", "properties")
    assert events == [
        ("invited", "a2", '{"account": {"id": "a2"}, "n": 1}'),
        ("Project Created", "a1", '{"kind":"x"}'),
        ("Project Archived", "a1", "{}"),
        ("Project Created", "a1", "{}"),  # deleted since: it was done all the same
    ]


def test_ids_are_equal_across_tables(views: Views) -> None:
    assert [row["event_id"] for row in views["application__events"]] == [
        "audit_logs:1:invited",
        "projects:1:Project Created",
        "projects:2:Project Archived",
        "projects:2:Project Created",
    ]


def test_local_times_without_a_zone(views: Views) -> None:
    assert cells(views["application__events"], "occurred_at") == [
        ("2026-06-01T10:00:00Z",),
        ("2026-06-01 08:00:00",),
        ("2026-06-02 22:30:00",),
        ("2026-06-01 10:00:00+02",),
    ]


def test_the_latest_membership_that_is_not_deleted(views: Views) -> None:
    assert cells(views["application__users"], "user_id", "email", "account_id") == [
        ("7", "ann@acme.example", "a2")
    ]


def test_a_text_for_every_row(views: Views) -> None:
    assert cells(views["application__subscriptions"], "subscription_id", "stage") == [
        ("s1", "paid")
    ]


def test_what_is_not_named_has_no_rows(views: Views) -> None:
    assert views["application__accounts"] == []
