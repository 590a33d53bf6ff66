"""Which vendors' tables a folder holds: told by what is in it, and said in dbt's vars."""

from pathlib import Path

import duckdb
import pytest
from conftest import write_tables

from pql import cli, mapping, sources
from pql.config_files import stated_variables
from pql.errors import PqlError

TRACKS = "id,event,event_text,timestamp,received_at,user_id\nm1,a,A,2026-06-01,2026-06-01,u1"
SEGMENT = {
    "tracks": TRACKS,
    "a": TRACKS,
    "users": "id,email,received_at\nu1,ann@acme.example,2026-06-01",
}
OWN = {
    "events": "event_name,occurred_at,user_id\na,2026-06-01,u1",
    "users": "user_id,email\nu1,ann@acme.example",
}


def test_a_folder_of_a_vendor(tmp_path: Path) -> None:
    write_tables(tmp_path, SEGMENT)
    found = sources.survey(tmp_path)
    assert found.variables == {"sources": {"segment": {"path": [str(tmp_path)]}}}
    assert found.notices == [f"{tmp_path}: segment, with a, tracks and users"]


def test_the_contract_is_read_as_before(tmp_path: Path) -> None:
    write_tables(tmp_path, OWN)
    found = sources.survey(tmp_path)
    assert found.variables == {
        "raw_source": "canonical",
        "raw_path": str(tmp_path),
        "raw_tables": [],
    }
    assert found.notices == [f"{tmp_path}: events, users"]


def test_several_places_beside_tables_of_ones_own(tmp_path: Path) -> None:
    write_tables(tmp_path, OWN)
    write_tables(tmp_path / "web", SEGMENT)
    write_tables(tmp_path / "server", {"tracks": TRACKS})
    write_tables(tmp_path / "letters", {"letter": "written_on\n2026-06-01"})
    found = sources.survey(tmp_path)
    assert list(found.variables["sources"].items()) == [
        ("canonical", {}),
        ("segment", {"path": [f"{tmp_path}/server", f"{tmp_path}/web"]}),
    ]
    assert found.notices[2:] == [
        f"{tmp_path}: events, users",
        f"{tmp_path}: not read, as no table of the raw contract: letters",
    ]


def test_a_folder_of_each_schema_in_that_of_a_vendor(tmp_path: Path) -> None:
    for schema in ("web", "server"):
        write_tables(tmp_path / "segment" / schema, SEGMENT)
    write_tables(tmp_path / "own", {"users": OWN["users"]})
    found = sources.survey(tmp_path)
    schemas = [f"{tmp_path}/segment/{schema}" for schema in ("server", "web")]
    assert found.variables["sources"] == {"segment": {"path": schemas}}
    assert found.notices[2:] == [f"{tmp_path}: not read, as no table of the raw contract: own"]


def test_what_is_missing_is_what_no_table_there_fills(tmp_path: Path) -> None:
    write_tables(tmp_path / "web", {"tracks": TRACKS})
    found = sources.survey(tmp_path)
    assert found.tables() == {"events"}
    assert "no users: people are known by the ids of their events alone" in mapping.missing(found)


def test_what_is_stated_of_a_source_is_kept(tmp_path: Path) -> None:
    write_tables(tmp_path / "web", SEGMENT)
    stated = {"application": {"schema": "app"}, "segment": {"schema": "web", "account_id": "org"}}
    found = sources.survey(tmp_path, stated)
    assert list(found.variables["sources"].items()) == [
        ("application", {"schema": "app"}),
        ("segment", {"account_id": "org", "path": [f"{tmp_path}/web"]}),
    ]


def test_a_folder_that_no_vendor_and_no_contract_knows(tmp_path: Path) -> None:
    write_tables(tmp_path / "letters", {"letter": "written_on\n2026-06-01"})
    with pytest.raises(PqlError, match="the required table events is missing"):
        sources.survey(tmp_path)


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        ("tracks", "id,event,received_at", "segment's, but has no timestamp to be read as tracks"),
        ("tracks", "event,timestamp,user_id", "segment's, but has no id or message_id to be read"),
        ("events", "uuid,event,timestamp", "posthog's, but has no distinct_id to be read"),
        ("subscription_history", "id,status,start_date", "stripe's, but has no customer_id or"),
        (
            "fivetran_contact",
            "id,property_email,property_jobtitle",
            "hubspot's, by other names: fiv",
        ),
        ("users", "user_id,email", "the required table events is missing"),  # of the contract
    ],
)
def test_a_part_of_a_vendors_layout(tmp_path: Path, table: str, columns: str, message: str) -> None:
    write_tables(tmp_path / "some", {table: f"{columns}\n1,2"})
    for folder in (tmp_path, tmp_path / "some"):
        with pytest.raises(PqlError, match=message):
            sources.survey(folder)


def test_a_broken_file_of_a_vendor(tmp_path: Path) -> None:
    write_tables(tmp_path, SEGMENT | {"a": f"{TRACKS},1"})
    with pytest.raises(PqlError, match=r"a.csv, line 2: 7 cells under 6 columns"):
        sources.survey(tmp_path)


def test_each_vendor_is_as_trusted_as_it_knows_the_product() -> None:
    assert sources.by_trust(["segment", "canonical"]) == ["canonical", "segment"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("sources: [segment]", "not vars"), ("{", "cannot be read")],
)
def test_vars_of_a_config_folder_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "vars.yml").write_text(text)
    with pytest.raises(PqlError, match=message):
        stated_variables(tmp_path)


# --- init -----------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, with a database in it."""
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(tmp_path / "x.duckdb"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    return tmp_path


def test_init_says_what_fills_what_and_what_is_missing(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = TRACKS.replace(",received_at", "").replace("06-01,2026-06-01", "06-01")
    write_tables(own / "raw" / "web", SEGMENT | {"tracks": late, "a": late})
    assert cli.main(["init", "--raw", str(own / "raw"), "--config", str(own / "new")]) == 0
    said = capsys.readouterr().out
    assert f"{own}/raw/web: segment, with tracks and users" in said
    assert "no received_at: late rows can't be told" in said
    assert "no subscriptions: nobody is known to be on trial" in said
    page = (own / "new" / "mapping.md").read_text()
    assert "| tracks | tracks | event_name | event_text |" in page
    assert "| users | users | job_title | missing: job_title, title, context_traits_title |" in page
    assert "| A | 1 | 2026-06-01 |  |" in page
    where = {"sources": {"segment": {"path": [f"{own}/raw/web"]}}}
    assert stated_variables(own / "new") == where


def test_init_needs_events(own: Path) -> None:
    write_tables(own / "raw", {"contact": "id,property_email,property_jobtitle\n1,a@b.example,"})
    with pytest.raises(PqlError, match="there are no events in it, of which signals are made"):
        cli.init(own / "raw", [], own / "new")


def test_init_looks_at_a_schema(own: Path) -> None:
    with duckdb.connect(str(own / "x.duckdb")) as connection:
        connection.execute(
            """
            create schema web;
            create table web.tracks as select
                'm1' as id, 'a' as event, 'A' as event_text, 'u1' as user_id,
                timestamp '2026-06-01' as timestamp, timestamp '2026-06-01' as received_at;
            create table web.users as select 'u1' as id, 'ann@acme.example' as email;
            create schema letters;
            create table letters.letter as select 1 as id
            """
        )
    assert cli.main(["init", "--schema", "web", "--config", str(own / "new")]) == 0
    assert stated_variables(own / "new") == {"sources": {"segment": {"schema": ["web"]}}}
    with pytest.raises(PqlError, match="letters: no table of a vendor is in this schema"):
        cli.init(None, ["letters"], own / "other")
    with pytest.raises(PqlError, match="nowhere: there is no such schema, or no table in it"):
        cli.init(None, ["nowhere"], own / "other")


def test_tables_known_by_their_columns_alone(tmp_path: Path) -> None:
    columns = "uuid,event_type,event_time,amplitude_id,user_id,event_properties"
    write_tables(tmp_path, {"export_1": f"{columns}\nx,a,2026-06-01,7,u1,"})
    assert sources.survey(tmp_path).notices == [f"{tmp_path}: amplitude, with export_1"]
