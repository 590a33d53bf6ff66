"""The layout of Mixpanel's exports, with what is odd about it."""

import json
from pathlib import Path

import pytest
from views import Views, build_views, cells


def event(name: str, user: str, second: int, insert: str = "i1", **properties: object) -> str:
    """A line of the pipelines' table of all events."""
    text = json.dumps(properties).replace('"', '""')
    return f'{name},{1780300800 + second},$device:d1,d1,{user},{insert},"{text}",1780293601000'


TABLES = {
    "mp_master_event": "\n".join(
        [
            "event_name,time,distinct_id,device_id,user_id,insert_id,properties,mp_processing_time_ms",
            event("Project Created", "", 1, company_id=["a1", "a2"]),
            event("Project Created", "", 1, company_id=["a1", "a2"]),
            event("Task Added", "u1", 2, company_id="a1"),
            event("$identify", "u1", 3, **{"$anon_id": "old", "$identified_id": "u1"}),
        ]
    ),
    "mp_people_data_view": (
        "distinct_id,properties\n"
        'u1,"{""$email"": ""ann@acme.example"", ""$created"": ""2026-05-01T02:00:00""}"'
    ),
    "mp_identity_mappings_data_view": "distinct_id,resolved_distinct_id\nd0,u1\nu1,u1",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A project that was made before 2023, in Berlin."""
    folder = tmp_path_factory.mktemp("mixpanel")
    options = {"path": "mixpanel", "timezone": "Europe/Berlin"}
    return build_views(folder, {"mixpanel": TABLES}, mixpanel=options)


def test_times_of_the_project_become_those_of_utc(views: Views) -> None:
    event = views["mixpanel__events"][0]
    # 1780300801 is 08:00:01 by the clock of the project
    assert str(event["occurred_at"])[:19] == "2026-06-01 06:00:01"
    assert str(event["received_at"])[:19] == "2026-06-01T06:00:01"  # always of UTC
    assert str(views["mixpanel__users"][0]["created_at"])[:19] == "2026-05-01 00:00:00"


def test_an_insert_id_is_unique_within_a_name_and_a_distinct_id(views: Views) -> None:
    assert [row["event_id"] for row in views["mixpanel__events"]] == [
        "Project Created|$device:d1|i1",
        "Project Created|$device:d1|i1",
        "Task Added|$device:d1|i1",
    ]


def test_a_group_key_is_a_value_or_a_list(views: Views) -> None:
    assert [row["account_id"] for row in views["mixpanel__events"]] == ["a1", "a1", "a1"]


def test_ids_as_sent_are_linked(views: Views) -> None:
    links = cells(views["mixpanel__identity_links"], "from_id", "to_user_id")
    assert links == [("$device:d1", "u1"), ("d0", "u1"), ("old", "u1")]


def test_each_property_is_a_column_of_an_odd_name(tmp_path: Path) -> None:
    export = (
        "event,time,distinct_id,insert_id,Cart Size (# of Items),_airbyte_extracted_at\n"
        "Paid,1780300801,u1,i1,3,2030-01-01"
    )
    views = build_views(
        tmp_path, {"m": {"export": export}}, mixpanel={"path": "m", "timezone": "UTC"}
    )
    (paid,) = views["mixpanel__events"]
    assert json.loads(paid["properties"]) == {"cart size (# of items)": "3"}
    assert str(paid["occurred_at"])[:19] == "2026-06-01 08:00:01"


def test_the_zone_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="give it the timezone of the project"):
        build_views(tmp_path, {"mixpanel": TABLES}, mixpanel={"path": "mixpanel"})
