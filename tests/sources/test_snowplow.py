"""The layout of Snowplow, with what is odd about it."""

import json
from pathlib import Path

import duckdb
import pytest
from views import Views, build_views, cells

# a device of 1970, loads of later
EVENTS = """
    create schema atomic;
    create table atomic.events as
    select
        'shop' as app_id,
        event_kind as event,
        event_name,
        event_id,
        user_id,
        browser as domain_userid,
        timestamp '1970-01-01' as dvce_created_tstamp,
        timestamp '2026-06-01 10:00:05' + to_days(later) as collector_tstamp,
        case when corrected then timestamp '2026-06-01 10:00:00' + to_days(later) end
            as derived_tstamp,
        timestamp '2030-01-01' + to_days(later) as load_tstamp,
        action as se_action,
        case when event_kind = 'struct' then 'cart' end as se_category,
        case when event_kind = 'page_view' then '/pricing' end as page_urlpath,
        case when event_name = 'project_created' then {'size': 3} end
            as unstruct_event_com_acme_project_created_1,
        case when event_name = 'task_added' then {'title': 'x'} end
            as unstruct_event_com_acme_task_added_1,
        [{'id': 'a1'}] as contexts_com_acme_account_1,
        case when browser is null then [{'userId': 'phone'}] end
            as contexts_com_snowplowanalytics_snowplow_client_session_1
    from (values
        ('e1', 'unstruct', 'project_created', 'u1', 'd1', null, true, 0),
        ('e1', 'unstruct', 'project_created', 'u1', 'd1', null, true, 1),
        ('e2', 'unstruct', 'task_added', 'u1', 'd1', null, false, 0),
        ('e3', 'struct', 'event', null, 'd1', 'add to cart', true, 0),
        ('e4', 'page_view', 'page_view', null, null, null, true, 0),
        ('e5', 'page_ping', 'page_ping', 'u1', 'd1', null, true, 0)
    ) as made (event_id, event_kind, event_name, user_id, browser, action, corrected, later)
"""


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A warehouse with a column for each kind of event."""
    folder: Path = tmp_path_factory.mktemp("snowplow")
    with duckdb.connect(str(folder / "x.duckdb")) as connection:
        connection.execute(EVENTS)
    options = {"schema": "atomic", "account_id": "contexts_com_acme_account_1.0.id"}
    return build_views(folder, snowplow=options)


def test_page_pings_are_left_out_and_structured_events_have_a_name(views: Views) -> None:
    assert cells(views["snowplow__events"], "event_id", "event_name") == [
        ("e1", "project_created"),
        ("e1", "project_created"),
        ("e2", "task_added"),
        ("e3", "add to cart"),
        ("e4", "page_view"),
    ]


def test_a_repeated_id_on_two_dates_is_left_as_it_is(views: Views) -> None:
    times = cells(views["snowplow__events"][:2], "occurred_at", "received_at")
    assert sorted(times) == [
        ("2026-06-01 10:00:00", "2026-06-01 10:00:05"),
        ("2026-06-02 10:00:00", "2026-06-02 10:00:05"),
    ]


def test_clocks_of_devices_and_loaders_are_not_read(views: Views) -> None:
    (event,) = (row for row in views["snowplow__events"] if row["event_id"] == "e2")
    assert str(event["occurred_at"]) == "2026-06-01 10:00:05"  # where none was derived


def test_properties_are_those_of_the_event_itself(views: Views) -> None:
    properties = [json.loads(row["properties"]) for row in views["snowplow__events"]]
    assert properties == [
        {"size": 3},
        {"size": 3},
        {"title": "x"},
        {"se_action": "add to cart", "se_category": "cart"},
        {"page_urlpath": "/pricing"},
    ]
    assert {row["account_id"] for row in views["snowplow__events"]} == {"a1"}


def test_a_phone_has_its_id_in_a_context(views: Views) -> None:
    (event,) = (row for row in views["snowplow__events"] if row["event_id"] == "e4")
    assert event["anonymous_id"] == "phone"
    links = cells(views["snowplow__identity_links"], "from_id", "to_user_id", "linked_at")
    assert links == [("d1", "u1", "2026-06-02 10:00:05")]
