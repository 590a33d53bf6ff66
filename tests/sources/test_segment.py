"""The layout of Segment, RudderStack, Jitsu and Hightouch Events, with what is odd about it."""

import json
from pathlib import Path

import duckdb
import pytest
from views import Views, build_views, cells

# original_timestamp and sent_at are a device's, uuid_ts the loader's
CALLS = (
    "id,event,event_text,timestamp,original_timestamp,sent_at,received_at,uuid_ts,user_id,"
    "anonymous_id,context_group_id,context_ip,channel"
)
TIMES = "{},1970-01-01,2099-01-01,2026-06-01T10:00:01Z,2030-01-01"
REST = TIMES.format("2026-06-01T10:00:00Z") + ",u1,d1,a1,::1,"
WEB = {
    "tracks": "\n".join(
        [
            CALLS,
            f"m1,signed_up,Signed Up,{REST}web",
            f"m2,project_created,Project Created,{REST}web",
            f"m3,signed_up,signed_up,{REST}web",
            f"m4,contact_updated,Contact Updated,{REST}sources",
            f"m5,no_time,No Time,{TIMES.format('yesterday')},u1,d1,a1,::1,web",
        ]
    ),
    "signed_up": "\n".join(
        [
            f"{CALLS},plan,seats",
            f"m1,signed_up,Signed Up,{REST}web,pro,5",
            f"m3,signed_up,signed_up,{REST}web,,",
        ]
    ),
    "signed_up_view": f"{CALLS},plan\nm1,signed_up,Signed Up,{REST}web,pro",
    "rudder_discards": f"{CALLS},plan\nm1,signed_up,Signed Up,{REST}web,pro",
    "pages": (
        "id,timestamp,received_at,user_id,path\n"
        "p1,2026-06-01T10:00:00Z,2026-06-01T10:00:01Z,u1,/pricing"
    ),
    "users": (
        "id,email,received_at\n"
        "u1,ann@acme.example,2026-06-02T00:00:00Z\n"
        "u1,old@acme.example,2026-06-01T00:00:00Z"
    ),
    "identifies": (
        "id,user_id,anonymous_id,timestamp\n"
        "i1,u1,d1,2026-06-01T09:00:00Z\n"
        "i2,u1,d1,2026-06-03T09:00:00Z\n"
        "i3,u1,,2026-06-04T09:00:00Z"
    ),
    "groups": (
        "group_id,user_id,name,received_at\n"
        "a1,u1,Acme,2026-06-02T00:00:00Z\n"
        "a1,u2,Acme Inc,2026-06-03T00:00:00Z\n"
        "a0,u1,Old,2026-06-01T00:00:00Z"
    ),
    "aliases": "previous_id,user_id,timestamp\nu0,u1,2026-06-01T09:00:00Z",
}
SERVER = {
    "tracks": (
        "id,event,event_text,timestamp,received_at,user_id\n"
        "s1,signed_up,Signed Up,2026-06-01T10:00:00Z,2026-06-01T10:00:01Z,u1"
    )
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A web site's source and a server's, read together."""
    folder = tmp_path_factory.mktemp("segment")
    return build_views(folder, {"web": WEB, "server": SERVER}, segment={"path": ["web", "server"]})


def test_each_track_call_is_one_row(views: Views) -> None:
    calls = [row for row in views["segment__events"] if row["event_name"] != "page"]
    assert cells(calls, "event_id", "event_name", "properties") == [
        ("m1", "Signed Up", '{"plan":"pro","seats":"5"}'),
        ("m2", "Project Created", None),  # has no table
        ("m3", "signed_up", "{}"),  # another spelling, the same table
        ("m5", "No Time", None),
        ("s1", "Signed Up", None),  # the table of another source is not its own
    ]


def test_a_time_that_cannot_be_read_is_left_to_be_rejected(views: Views) -> None:
    (row,) = (row for row in views["segment__events"] if row["event_id"] == "m5")
    assert row["occurred_at"] == "yesterday"


def test_clocks_of_devices_and_loaders_are_not_read(views: Views) -> None:
    assert cells(views["segment__events"][:1], "occurred_at", "received_at") == [
        ("2026-06-01T10:00:00Z", "2026-06-01T10:00:01Z")
    ]


def test_tables_without_anonymous_id(views: Views) -> None:
    (row,) = (row for row in views["segment__events"] if row["event_id"] == "s1")
    assert (row["user_id"], row["anonymous_id"]) == ("u1", None)


def test_a_page_is_an_event_with_its_columns(views: Views) -> None:
    (page,) = (row for row in views["segment__events"] if row["event_name"] == "page")
    assert page["properties"] == '{"path":"/pricing"}'


def test_the_latest_traits_and_group_hold(views: Views) -> None:
    assert cells(views["segment__users"], "user_id", "email", "account_id", "created_at") == [
        ("u1", "ann@acme.example", "a1", "2026-06-01 09:00:00")
    ]
    assert cells(views["segment__accounts"], "account_id", "account_name") == [
        ("a0", "Old"),
        ("a1", "Acme Inc"),
    ]


def test_identify_and_alias_calls_link(views: Views) -> None:
    links = cells(views["segment__identity_links"], "from_id", "to_user_id", "linked_at")
    assert links == [("d1", "u1", "2026-06-03 09:00:00"), ("u0", "u1", "2026-06-01 09:00:00")]


def test_a_schema_keeps_its_types(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute(
            """
            create schema web;
            create table web.tracks as select
                'm1' as id, 'signed_up' as event, 'Signed Up' as event_text, 'u1' as user_id,
                timestamp '2026-06-01 10:00:00' as timestamp,
                timestamptz '2026-06-01 12:00:01+02' as received_at;
            create table web.signed_up as
                select *, true as is_paid, 5 as seats, null as plan, [1, 2] as sizes
                from web.tracks;
            create table web.users as select 'u1' as id
            """
        )
    views = build_views(tmp_path, segment={"schema": "web"})
    (event,) = views["segment__events"]
    assert json.loads(event["properties"]) == {"is_paid": True, "seats": 5, "sizes": [1, 2]}
    assert f"{event['occurred_at']:%F %T}" == "2026-06-01 10:00:00"
    assert f"{event['received_at']:%F %T}" == "2026-06-01 10:00:01"


def test_one_table_of_all_calls(tmp_path: Path) -> None:
    common = "2026-06-01T10:00:00Z,2026-06-01T10:00:01Z,u1,d1,a1"
    events = [
        "type,message_id,event,timestamp,received_at,user_id,anonymous_id,context_group_id,plan,url,"
        "context_traits_email,context_group_name",
        f"track,m1,Signed Up,{common},pro,,,",
        f"page,m2,,{common},,/pricing,,",
        f"identify,m3,,{common},,,ann@acme.example,",
        f"group,m4,,{common},,,,Acme",
    ]
    views = build_views(
        tmp_path, {"jitsu": {"events": "\n".join(events)}}, segment={"path": "jitsu"}
    )
    assert cells(views["segment__events"], "event_id", "event_name", "properties") == [
        ("m1", "Signed Up", '{"plan":"pro"}'),
        ("m2", "page", '{"url":"/pricing"}'),
    ]
    assert cells(views["segment__users"], "user_id", "email", "account_id") == [
        ("u1", "ann@acme.example", "a1")
    ]
    assert cells(views["segment__accounts"], "account_id", "account_name") == [("a1", "Acme")]
    assert cells(views["segment__identity_links"], "from_id", "to_user_id") == [("d1", "u1")]
