"""What is wrong with vendors' tables is said in one line, or a row is set aside: none is lost."""

import json
import re
from pathlib import Path

import duckdb
import pytest
from conftest import write_tables
from views import Views, build_views, cells, run_alone

CALLS = "id,event,event_text,timestamp,received_at,user_id"
REST = "2026-06-01T10:00:00Z,2026-06-01T10:00:01Z,u1"
# one loader's layout, without a clock of the server's, and another's
WEB = {
    "tracks": (
        "id,event,event_text,timestamp,user_id\n"
        "m1,a,A,2026-06-01T10:00:00Z,u1\n"
        "m2,b,B,1780308000,u1"
    ),
    "a": f"{CALLS},plan,context_plan\nm1,a,A,{REST},5,x",
}
SERVER = {
    "tracks": f"message_id,event,timestamp,received_at,user_id\ns1,a,{REST}",
    "a": f"{CALLS},plan",
    "b": f"{CALLS},plan\ns2,b,B,{REST},many",
    "users": "id,email,received_at",
}


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Two places of one vendor, written by different loaders."""
    folder = tmp_path_factory.mktemp("bad")
    return build_views(folder, {"web": WEB, "server": SERVER}, segment={"path": ["web", "server"]})


def test_mixed_loaders_of_one_vendor(views: Views) -> None:
    events = cells(views["segment__events"], "event_id", "event_name")
    assert ("m2", "B") in events
    assert ("s2", "B") in events


def test_a_table_without_rows_is_empty(views: Views) -> None:
    assert views["segment__users"] == []


def test_no_received_at_is_null_and_not_the_time_of_another(views: Views) -> None:
    (row,) = (row for row in views["segment__events"] if row["event_id"] == "m2")
    assert row["received_at"] is None


def test_an_epoch_where_a_time_is_expected_is_left_to_be_rejected(views: Views) -> None:
    (row,) = (row for row in views["segment__events"] if row["event_id"] == "m2")
    assert row["occurred_at"] == "1780308000"


def test_a_column_of_two_types_is_text(views: Views) -> None:
    packed = {row["event_id"]: row["properties"] for row in views["segment__events"]}
    assert json.loads(packed["m1"])["plan"] == "5"
    assert json.loads(packed["s2"])["plan"] == "many"


def test_files_of_one_table_whose_types_differ(tmp_path: Path) -> None:
    (tmp_path / "web" / "a").mkdir(parents=True)
    for name, plan, moment in (
        ("1", "5", "timestamp '2026-06-01 10:00:00'"),
        ("2", "'many'", "'2026-06-01T11:00:00Z'"),
    ):
        duckdb.sql(
            f"select 'm{name}' as id, 'a' as event, 'A' as event_text, {moment} as timestamp, "
            f"timestamp '2026-06-01 12:00:00' as received_at, {plan} as plan"
        ).write_parquet(str(tmp_path / "web" / "a" / f"{name}.parquet"))
    calls = build_views(tmp_path, segment={"path": "web"})["segment__events"]
    packed = [(row["event_id"], json.loads(row["properties"])["plan"]) for row in calls]
    assert [(event_id, str(plan)) for event_id, plan in packed] == [("m1", "5"), ("m2", "many")]
    assert [str(row["occurred_at"])[:13].replace("T", " ") for row in calls] == [
        "2026-06-01 10",
        "2026-06-01 11",
    ]


def test_a_row_without_an_id_stays_and_is_left_to_be_judged(tmp_path: Path) -> None:
    tables = {"tracks": f"{CALLS}\n,a,A,{REST}\nm1,a,A,2026-06-01T10:00:00Z,2026-06-01T10:00:01Z,"}
    rows = build_views(tmp_path, {"web": tables}, segment={"path": "web"})["segment__events"]
    assert cells(rows, "event_id", "user_id") == [("m1", None), (None, "u1")]


def test_a_property_called_like_a_column_of_the_vendor_is_not_read(views: Views) -> None:
    packed = {row["event_id"]: row["properties"] for row in views["segment__events"]}
    assert "context_plan" not in json.loads(packed["m1"])


PROBLEMS = "{{ raw_problems() | join(' union all ') }}"


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"segmnt": {"schema": "web"}}, "segmnt is no source; name one of"),
        ({"segment": {}}, "segment does not say where it is; give it a schema, or a path"),
        ({"segment": {"schema": "nowhere"}}, "none of its tables is in nowhere"),
        ({"segment": {"path": "{}/letters"}}, "none of its tables is in {}/letters"),
        ({"segment": {"path": "{}/keyless"}}, "has none of the columns that it is read from"),
        (
            {"segment": {"path": "{}/web", "account_id": "org"}},
            "none of its tables has the column org",
        ),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path: Path, sources: dict, message: str) -> None:
    write_tables(tmp_path / "web", WEB)
    write_tables(tmp_path / "keyless", {"tracks": "event,received_at\na,2026-06-01"})
    write_tables(tmp_path / "letters", {"letter": "written_on\n2026-06-01"})
    given = json.loads(json.dumps({"sources": sources}).replace("{}/", f"{tmp_path}/"))
    result = run_alone(tmp_path, "compile", given, PROBLEMS)
    assert message.replace("{}/", f"{tmp_path}/") in result.stdout


@pytest.fixture(scope="module")
def of_billing(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What dbt would ask of billing alone, with an end that is none."""
    folder = tmp_path_factory.mktemp("billing")
    subscriptions = (
        "id,customer,status,created,trial_end,ended_at\n"
        "s1,c1,active,1767225600,,soon\n"
        "s2,c1,active,1767225600,,9999-12-31\n"
        "s3,c1,active,1767225600,,1769904000"
    )
    write_tables(folder / "billing", {"subscriptions": subscriptions})
    given = {"sources": {"stripe": {"path": f"{folder}/billing"}}}
    return run_alone(folder, "compile", given, PROBLEMS).stdout


def found_problems(sql: str, file_name: str, column: str, end: str) -> list[tuple]:
    """The rows of one of the selects of int_raw_problems."""
    names = rf"'{file_name}' as file_name,\s+'' as row_key,\s+'{column}' as column_name"
    (select,) = re.findall(rf"select\s+{names}.*?{end}", sql, re.DOTALL)
    with duckdb.connect() as connection:
        return connection.execute(select).fetchall()


def test_text_where_an_epoch_is_expected_is_no_silent_null(of_billing: str) -> None:
    end = "having count[(][*][)] > 0"
    ((*_, problem, fix, severity),) = found_problems(of_billing, "stripe", "ended_at", end)
    assert problem == "1 cell(s) of billing.subscriptions are no time, such as soon"
    assert fix.endswith("columns: subscriptions.ended_at")
    assert severity == "error"


@pytest.mark.parametrize(
    ("table", "cost"),
    [
        ("events", "nothing is counted, and nobody can be a lead"),
        ("users", "people are known by the ids of their events alone"),
    ],
)
def test_a_table_that_no_source_has_is_no_mistake_but_has_a_cost(
    of_billing: str, table: str, cost: str
) -> None:
    ((*_, problem, _, severity),) = found_problems(of_billing, table, "", "as severity")
    assert (problem, severity) == (f"no table of stripe fills it: {cost}", "warning")
