"""The layout of Pendo by Fivetran, with what is odd about it."""

import pytest
from views import Views, build_views, cells

HOURS = "_fivetran_id,{},visitor_id,account_id,timestamp,num_events,num_minutes,_fivetran_synced"
REST = "a1,2026-06-01 10:00:00,{},4,2026-06-01 10:15:00.000"
HISTORY = "id,last_updated_at,_fivetran_synced,name"
TABLES = {
    "feature_event": "\n".join(
        [
            HOURS.format("feature_id") + ",param_size,remote_ip",
            f",f1,u1,{REST.format(21)},big,::1",
            f",f1,u1,{REST.format(3)},big,::2",  # from another address
            f"x3,f2,_PENDO_T_9,{REST.format(1)},,::1",
        ]
    ),
    "page_event": f"{HOURS.format('page_id')}\nx4,p1,u1,{REST.format(1)}",
    "track_type_event": f"{HOURS.format('track_type_id')}\nx5,t1,u1,{REST.format(1)}",
    # the same clicks once more, and those of no feature
    "event": f"{HOURS.format('page_id')}\nx9,allevents,u1,{REST.format(40)}",
    "feature_history": "\n".join(
        [
            HISTORY,
            "f1,2026-05-01 00:00:00,2026-05-01 01:00:00,Old name",
            "f1,2026-07-01 00:00:00,2026-07-01 01:00:00,Export",  # named anew since
        ]
    ),
    "page_history": f"{HISTORY}\np1,2026-05-01 00:00:00,2026-05-01 01:00:00,Pricing",
    "visitor_history": (
        "id,last_updated_at,account_id,agent_email\n"
        "u1,2026-06-01,a1,ann@acme.example\n"
        "u1,2026-05-01,a0,old@acme.example\n"
        "u2,2026-05-01,,bob@acme.example\n"
        "_PENDO_T_9,2026-05-01,,"
    ),
    "visitor_account_history": (
        "account_id,visitor_id,visitor_last_updated_at\na1,u2,2026-06-01\na0,u2,2026-05-01"
    ),
    "account_history": (
        "id,last_updated_at,agent_name,agent_planlevel\n"
        "a1,2026-06-01,Acme,Pro\n"
        "a1,2026-05-01,Acme,Legacy"
    ),
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A subscription of one application."""
    folder = tmp_path_factory.mktemp("pendo")
    return build_views(folder, {"pendo": TABLES}, pendo={"path": "pendo"})


def test_an_hour_is_a_row_and_counts_its_clicks(views: Views) -> None:
    events = cells(views["pendo__events"], "event_name", "event_count")
    assert sorted(events) == [
        ("Export", "21"),
        ("Export", "3"),
        ("Pricing", "1"),
        ("f2", "1"),  # has no name yet
        ("t1", "1"),
    ]


def test_rows_without_an_id_are_told_apart(views: Views) -> None:
    ids = [row["event_id"] for row in views["pendo__events"]]
    assert len(set(ids)) == len(ids)
    assert {"page_event:x4", "feature_event:x3", "track_type_event:x5"} < set(ids)


def test_a_row_that_grew_or_was_named_anew_is_received_anew(views: Views) -> None:
    events = cells(views["pendo__events"], "event_name", "received_at")
    received = {name: time[:16] for name, time in events}
    assert received["Pricing"] == "2026-06-01 10:15"  # the loader's clock
    assert received["Export"] == "2026-07-01 01:00"  # when the name was loaded


def test_anonymous_visitors_are_told_by_their_ids(views: Views) -> None:
    found = cells(views["pendo__events"], "event_name", "user_id", "anonymous_id")
    assert ("f2", None, "_PENDO_T_9") in found
    assert ("Pricing", "u1", None) in found
    assert [row["user_id"] for row in views["pendo__users"]] == ["u1", "u2"]


def test_histories_give_their_latest_rows(views: Views) -> None:
    users = cells(views["pendo__users"], "user_id", "email", "account_id")
    assert users == [("u1", "ann@acme.example", "a1"), ("u2", "bob@acme.example", "a1")]
    assert cells(views["pendo__accounts"], "account_id", "plan_name") == [("a1", "Pro")]
