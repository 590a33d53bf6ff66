"""The layout of Google Analytics 4, with what is odd about it."""

import json
from pathlib import Path

import duckdb
import pytest
from views import Views, build_views, cells

from pql.sources import survey

MAY_31 = 1780221600000000  # 10:00 UTC, in microseconds


def days(folder: Path) -> None:
    """Tables of three days: complete, complete with what was streamed, and open."""
    with duckdb.connect(str(folder / "x.duckdb")) as connection:
        connection.execute(
            f"""
            create schema analytics_1;
            create table analytics_1.events_20260531 as
            select
                '20260601' as event_date,  -- of a property in the east
                {MAY_31} as event_timestamp,
                'project_created' as event_name,
                [
                    {{
                        'key': 'name',
                        'value': {{
                            'string_value': 'a "b"', 'int_value': null::bigint,
                            'float_value': null::double, 'double_value': null::double
                        }}
                    }},
                    {{
                        'key': 'size',
                        'value': {{
                            'string_value': null, 'int_value': 3,
                            'float_value': null, 'double_value': null
                        }}
                    }}
                ] as event_params,
                7 as event_bundle_sequence_id,
                'u1' as user_id,
                'p1' as user_pseudo_id,
                [
                    {{
                        'key': 'company',
                        'value': {{'string_value': 'a1', 'int_value': null::bigint}}
                    }}
                ] as user_properties;
            create table analytics_1.events_20260601 as
            select * replace (event_timestamp + 86400000000 as event_timestamp, null as user_id)
            from analytics_1.events_20260531;
            create table analytics_1.events_intraday_20260601 as
            from analytics_1.events_20260601;
            create table analytics_1.events_intraday_20260602 as
            select * replace (event_timestamp + 2 * 86400000000 as event_timestamp)
            from analytics_1.events_20260531;
            create table analytics_1.pseudonymous_users_20260601 as select 'p1' as pseudo_user_id
            """
        )


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """A property's dataset in a warehouse."""
    folder = tmp_path_factory.mktemp("ga4")
    days(folder)
    return build_views(folder, ga4={"schema": "analytics_1", "account_property": "company"})


def test_daily_and_intraday_tables_overlap(views: Views) -> None:
    found = sorted(cells(views["ga4__events"], "occurred_at"))
    assert [time[:10] for (time,) in found] == ["2026-05-31", "2026-06-01", "2026-06-02"]


def test_microseconds_not_the_date_of_the_property(views: Views) -> None:
    times = sorted(cells(views["ga4__events"], "occurred_at"))
    assert times[0] == ("2026-05-31T10:00:00.000000Z",)


def test_parameters_become_an_object(views: Views) -> None:
    event = views["ga4__events"][0]
    assert json.loads(event["properties"]) == {"name": 'a "b"', "size": 3}
    assert event["account_id"] == "a1"


def test_a_pseudonym_is_linked_to_its_user(views: Views) -> None:
    links = cells(views["ga4__identity_links"], "from_id", "to_user_id", "linked_at")
    assert links == [("p1", "u1", "2026-06-02 10:00:00")]


def test_one_table_with_a_column_of_each_parameter(tmp_path: Path) -> None:
    columns = "_fivetran_id,bundle_sequence_id,date,name,timestamp,user_id,user_pseudo_id"
    common = "101,2026-06-01,signup,2026-06-01 12:35:00,u1,p1"
    table = [
        f"{columns},param_plan,param_group_id,stream_id,is_intraday",
        f"f1,{common},pro,a1,1,False",
        f"f2,{common},pro,a1,1,True",
    ]
    views = build_views(
        tmp_path,
        {"ga4": {"event": "\n".join(table)}},
        ga4={"path": "ga4", "account_parameter": "group_id"},
    )
    assert cells(views["ga4__events"], "event_id", "account_id", "properties", "occurred_at") == [
        ("f1", "a1", '{"group_id":"a1","plan":"pro"}', "2026-06-01 12:35:00")
    ]


def test_a_parameter_that_stands_in_a_file_twice_is_kept_twice(tmp_path: Path) -> None:
    file = (
        "_fivetran_id,name,timestamp,user_pseudo_id,param_plan,param_plan\n"
        "1,invite,2026-05-31 10:00:00,p1,team,old"
    )
    views = build_views(tmp_path, {"web": {"event": file}}, ga4={"path": "web"})
    (row,) = views["ga4__events"]
    assert json.loads(row["properties"]) == {"plan": "team", "plan_2": "old"}
    assert survey(tmp_path / "web").places[0].vendor == "ga4"


def test_a_folder_for_each_day(tmp_path: Path) -> None:
    days(tmp_path)
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        for name in ("events_20260531", "events_20260601", "events_intraday_20260601"):
            (tmp_path / "web" / name).mkdir(parents=True)
            connection.execute(
                f"copy analytics_1.{name} to '{tmp_path}/web/{name}/0.parquet' (format parquet)"
            )
    views = build_views(tmp_path, ga4={"path": "web"})
    assert cells(views["ga4__events"], "event_name", "occurred_at") == [
        ("project_created", "2026-05-31T10:00:00.000000Z"),
        ("project_created", "2026-06-01T10:00:00.000000Z"),
    ]
