"""The layout of Amplitude's exports, with what is odd about it."""

import pytest
from views import Views, build_views, cells

# the times of the device, of the pipeline and of the loader are wrong on purpose
COLUMNS = (
    "uuid,id,event_type,event_time,client_event_time,server_received_time,server_upload_time,"
    "processed_time,_fivetran_synced,user_id,amplitude_id,device_id,is_attribution_event,library,"
    "event_properties,user_properties,groups,user_creation_time"
)


def event(
    uuid: str,
    name: str,
    user: str,
    second: int = 1,
    *,
    groups: str = "",
    traits: str = "",
    attribution: str = "FALSE",
) -> str:
    """A line of the event table."""
    json = '"{""size"": 3}","' + traits.replace('"', '""') + '","' + groups.replace('"', '""') + '"'
    return (
        f"{uuid},1,{name},2025-02-01T10:00:0{second}.123,1970-01-01T00:00:00,"
        f"2025-02-01T10:00:1{second}.000,2030-01-01T00:00:00,2030-01-01T00:00:00,"
        f"2030-01-01T00:00:00,{user},75,d1,{attribution},http/1.0,{json},2025-01-01T00:00:00"
    )


EVENTS = [
    event("e1", "project created", "", groups='{"company": ["a1", "a2"], "team": "t1"}'),
    event("e2", "project created", "u1", 2, groups='{"company": "a1"}', traits='{"email": "old"}'),
    event("e3", "project created", "u1", 3, groups='{"company": []}', traits='{"email": "a@b.c"}'),
    event("e4", "project created", "u2", 1),
    event("e5", "install", "u1", 4, attribution="TRUE"),
    event("e6", "Daily Ad Metrics", "", 5),
]
MERGES = (
    "scope,merge_time,merge_server_time,amplitude_id,merged_amplitude_id\n"
    "1,1738404000000,1893456000000,74,75"
)


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A project's events and merges, tables named after its number."""
    folder = tmp_path_factory.mktemp("amplitude")
    tables = {"EVENTS_1": "\n".join([COLUMNS, *EVENTS]), "MERGE_IDS_1": MERGES}
    return build_views(folder, {"amplitude": tables}, amplitude={"path": "amplitude"})


def test_costs_and_attribution_are_no_acts(views: Views) -> None:
    assert [row["event_id"] for row in views["amplitude__events"]] == ["e1", "e2", "e3", "e4"]


def test_clocks_of_devices_pipelines_and_loaders_are_not_read(views: Views) -> None:
    assert cells(views["amplitude__events"][:1], "occurred_at", "received_at", "properties") == [
        ("2025-02-01T10:00:01.123", "2025-02-01T10:00:11.000", '{"size": 3}')
    ]


def test_a_group_is_a_text_or_a_list(views: Views) -> None:
    assert [row["account_id"] for row in views["amplitude__events"]] == ["a1", "a1", None, None]


def test_a_device_of_several_users_and_merged_ids(views: Views) -> None:
    links = cells(views["amplitude__identity_links"], "from_id", "to_user_id", "linked_at")
    assert links == [
        ("74", "75", "2025-02-01 10:00:00"),
        ("75", "u1", "2025-02-01 10:00:03.123000"),  # the latest holds
        ("75", "u2", "2025-02-01 10:00:01.123000"),
    ]


def test_the_latest_properties_of_a_user_hold(views: Views) -> None:
    assert cells(views["amplitude__users"], "user_id", "email", "created_at") == [
        ("u1", "a@b.c", "2025-01-01T00:00:00"),
        ("u2", None, "2025-01-01T00:00:00"),
    ]
