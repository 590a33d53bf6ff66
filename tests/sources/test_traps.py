"""What users of vendors trip over, in a second layout of each vendor; all are read at once."""

import json
from pathlib import Path

import pytest
from views import Views, build_views, cells, one_row

CALL = "2026-06-01T10:00:01Z,2026-06-01T10:00:02Z"
RUDDERSTACK = {
    # tracks are switched off: there are tables of events alone
    "signed_up": (
        "id,event,event_text,timestamp,received_at,user_id,user_actual_id,workspace_id,"
        "_between,product_sku,tags\n"
        f'm1,signed_up,Signed Up,{CALL},server,u1,w1,x,7,"[""a""]"\n'
        f"m2,signed_up,Signed Up,{CALL},server,u2,,,,"
    ),
    # a name with a number, spelled in two ways
    "event_2": f"id,event,event_text,timestamp,received_at,user_id\nm3,event_2,event2,{CALL},u1",
    "groups": "group_id,user_id,received_at\nw2,u2,2026-06-01T10:00:00Z",
    "users": "id,context_traits_email,received_at\nu2,bob@bolt.example,2026-06-01T10:00:00Z",
}
# Fivetran's: the id counts anew for each user
AMPLITUDE = {
    "event": (
        "id,uuid,_insert_id,event_type,event_time,server_received_time,user_id,amplitude_id\n"
        "1,x1,i1,signed up,2026-06-01 10:00:01.500,2026-06-01 10:00:02,u1,7\n"
        "1,x2,i1,Signed Up,2026-06-01 10:00:01.500,2026-06-01 10:00:02,u2,8\n"
        "2,x3,i2,Paid,2026-06-01 10:00:01.500,2026-06-01 10:00:02,,8"
    )
}
# Fivetran's: local times as text; its clock is not Mixpanel's
MIXPANEL = {
    "event": (
        "name,time,distinct_id,insert_id,mp_processing_time_ms,_fivetran_synced\n"
        "Paid (Yearly),2026-06-01 12:00:01.000,u1,i1,1780308002000,2030-01-01"
    )
}
POSTHOG = {
    "events": (
        "id,event,distinct_id,properties,timestamp\n"
        'p1,paid,nobody known,"{""$process_person_profile"": false}",2026-06-01T10:00:01Z'
    )
}
GA4_PARAMETERS = '"[{""key"": ""plan"", ""value"": {""string_value"": ""%s""}}]"'
GA4 = {
    "events_20260601": "\n".join(
        [
            "event_timestamp,event_name,event_bundle_sequence_id,user_id,user_pseudo_id,event_params",
            f"1780308001000000,view,1,,,{GA4_PARAMETERS % 'a'}",  # without consent
            f"1780308001000000,view,1,,d1,{GA4_PARAMETERS % 'a'}",
            f"1780308001000000,view,1,,d1,{GA4_PARAMETERS % 'b'}",
            f"1780308001000000,view,1,,d1,{GA4_PARAMETERS % 'b'}",
        ]
    )
}
# the older loader of BigQuery has columns for each minor version
CREATED = "unstruct_event_com_acme_project_created"
SNOWPLOW = {
    "events": (
        f"event_id,event,event_name,collector_tstamp,user_id,{CREATED}_1_0_0,{CREATED}_1_0_1,"
        "contexts_com_acme_account_1_0_0\n"
        'e1,unstruct,project_created,2026-06-01 10:00:01,u1,"{""size"": 1}",,"[{""id"": ""a1""}]"\n'
        'e2,unstruct,project_created,2026-06-01 10:00:01,u1,,"{""size"": 2}",'
    )
}
HUBSPOT = {  # Airbyte's, with ids that are numbers here and text there
    "contacts": (
        "id,properties\n"
        '1,"{""email"": ""ann@acme.example""}"\n'
        '2,"{""email"": ""ann@acme.example""}"'
    ),
    "companies": one_row(id=10, properties={"domain": "acme.example"}),
    "deals": one_row(
        id=5, properties={"amount": "7"}, createdAt="2026-01-01T00:00:00Z", companies=[10]
    ),
}
APP = {
    "users": "user_id,email,account_id\nu1,ann@acme.example,a1",
    "accounts": "account_id,domain\na1,acme.example",
}
SOURCES = {
    "segment": {"path": "rudder", "user_id": "user_actual_id", "account_id": "workspace_id"},
    "amplitude": {"path": "amplitude"},
    "mixpanel": {"path": "mixpanel", "timezone": "Europe/Berlin"},
    "posthog": {"path": "posthog"},
    "ga4": {"path": "ga4"},
    "snowplow": {"path": "snowplow", "account_id": "contexts_com_acme_account_1_0_0.0.id"},
    "hubspot": {"path": "hubspot"},
    "canonical": {},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tables and the database are."""
    return tmp_path_factory.mktemp("traps")


@pytest.fixture(scope="module")
def views(folder: Path) -> Views:
    """All of them beside an application's own users."""
    tables = {
        "rudder": RUDDERSTACK,
        "amplitude": AMPLITUDE,
        "mixpanel": MIXPANEL,
        "posthog": POSTHOG,
        "ga4": GA4,
        "snowplow": SNOWPLOW,
        "hubspot": HUBSPOT,
        "own": APP | {"events": "event_name,occurred_at,user_id"},
    }
    own = {"raw_path": f"{folder}/own", "raw_tables": ["accounts"]}
    return build_views(folder, tables, variables=own, **SOURCES)


# --- Segment, RudderStack -------------------------------------------------------------------------


def test_tracks_that_are_switched_off(views: Views) -> None:
    names = cells(views["segment__events"], "event_id", "event_name")
    assert names == [("m1", "Signed Up"), ("m2", "Signed Up"), ("m3", "event2")]


def test_the_meaning_of_user_id_is_a_choice_of_the_sender(views: Views) -> None:
    assert [row["user_id"] for row in views["segment__events"]] == ["u1", "u2", None]


def test_a_membership_names_no_account_on_an_event(views: Views) -> None:
    assert [row["account_id"] for row in views["segment__events"]] == ["w1", None, None]
    assert cells(views["segment__users"], "user_id", "account_id") == [("u2", "w2")]


def test_flat_escaped_and_listed_properties_are_kept(views: Views) -> None:
    packed = json.loads(views["segment__events"][0]["properties"])
    assert {name: packed[name] for name in ("_between", "product_sku", "tags")} == {
        "_between": "x",
        "product_sku": "7",
        "tags": '["a"]',
    }


def test_traits_may_stand_in_the_context(views: Views) -> None:
    assert [row["email"] for row in views["segment__users"]] == ["bob@bolt.example"]


# --- other sources of events ----------------------------------------------------------------------


def test_an_id_that_counts_for_each_user_is_no_id_of_an_event(views: Views) -> None:
    assert [row["event_id"] for row in views["amplitude__events"]] == ["x1", "x2", "x3"]


def test_local_times_as_text_and_the_name_as_sent(views: Views) -> None:
    (paid,) = views["mixpanel__events"]
    assert paid["event_name"] == "Paid (Yearly)"
    assert str(paid["occurred_at"])[:19].replace("T", " ") == "2026-06-01 10:00:01"
    assert str(paid["received_at"])[:19].replace("T", " ") == "2026-06-01 10:00:02"


def test_an_anonymous_event_has_no_person(views: Views) -> None:
    assert cells(views["posthog__events"], "user_id", "received_at") == [("nobody known", "None")]
    assert views["posthog__users"] == []


def test_who_has_not_consented_is_nobody(views: Views) -> None:
    nobody = [row for row in views["ga4__events"] if not row["anonymous_id"]]
    assert cells(nobody, "user_id", "anonymous_id", "event_name") == [(None, None, "view")]


def test_events_of_one_batch_differ_by_what_they_hold(views: Views) -> None:
    ids = [row["event_id"] for row in views["ga4__events"] if row["anonymous_id"]]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_a_column_for_each_minor_version(views: Views) -> None:
    events = cells(views["snowplow__events"], "event_id", "properties", "account_id")
    found = [(event_id, json.loads(packed), account) for event_id, packed, account in events]
    assert found == [("e1", {"size": 1}, "a1"), ("e2", {"size": 2}, None)]


def test_the_same_acts_through_two_sources_are_warned_of_with_numbers(
    views: Views, folder: Path
) -> None:
    assert views  # are built, and the tests of what they hold are run
    said = (folder / "logs" / "dbt.log").read_text()
    assert "amplitude and segment: 2 act(s) of the same user, name and second" in said


# --- CRM ------------------------------------------------------------------------------------------


def test_contacts_of_one_address_are_one_user(views: Views) -> None:
    assert [row["email"] for row in views["hubspot__users"]] == ["ann@acme.example"] * 2
    users = [row for row in views["united__users"] if row["user_id"] == "u1"]
    assert len(users) == 1
    assert users[0]["crm_contact_id"] in {"1", "2"}


def test_ids_are_numbers_here_and_text_there(views: Views) -> None:
    deals = cells(views["hubspot__opportunities"], "opportunity_id", "account_id")
    assert deals == [("5", "a1")]
