"""The layout of Heap Connect, with what is odd about it."""

import pytest
from views import Views, build_views, cells

EVENT = "event_id,time,user_id,session_id"
REST = "2026-06-01 10:00:00,901,7"
TABLES = {
    "all_events": (
        f"{EVENT},event_table_name\n"
        f"e1,{REST},click_export\ne1,{REST},click_anything\ne2,{REST},signed_up\n"
    ),
    "click_export": f"{EVENT},path\ne1,{REST},/reports",
    "click_anything": f"{EVENT},path\ne1,{REST},/reports",
    "click_export_raw": f"{EVENT},path\ne1,{REST},/reports\ne1,{REST},/reports",
    "sessions": f"{EVENT},landing_page\ns1,{REST},/",
    "users": (
        "user_id,identity,email,last_modified\n"
        "901,u1,ann@acme.example,2026-06-02 00:00:00\n"
        "902,u1,old@acme.example,2026-06-01 00:00:00\n"
        "903,,,2026-06-01 00:00:00"
    ),
    "user_migrations": "from_user_id,to_user_id,time\n903,901,2026-06-03 00:00:00",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """An environment with two synced definitions, and one without a table."""
    folder = tmp_path_factory.mktemp("heap")
    return build_views(folder, {"heap": TABLES}, heap={"path": "heap"})


def test_a_click_that_meets_two_definitions_is_two_events(views: Views) -> None:
    assert cells(views["heap__events"], "event_id", "event_name", "properties") == [
        ("click_anything|e1", "click_anything", '{"path":"/reports"}'),
        ("click_export|e1", "click_export", '{"path":"/reports"}'),
        ("signed_up|e2", "signed_up", None),  # has no table
    ]


def test_users_that_turned_out_to_be_others_are_linked(views: Views) -> None:
    links = cells(views["heap__identity_links"], "from_id", "to_user_id")
    assert links == [("901", "u1"), ("902", "u1"), ("903", "901")]


def test_of_several_devices_the_latest_says_what_is_known(views: Views) -> None:
    assert cells(views["heap__users"], "user_id", "email") == [("u1", "ann@acme.example")]
