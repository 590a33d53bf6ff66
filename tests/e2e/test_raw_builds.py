"""Raw tables in every form, built: each row is counted, or the build says why it stopped."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Build, Built, Tables

CONFIG: Tables = {
    "signals": [
        {
            "signal_id": "pricing",
            "signal_name": "Saw pricing",
            "category": "intent",
            "event_name": "page_viewed",
            "property_name": "page",
            "property_operator": "=",
            "property_value": "pricing",
            "measure": "events",
            "window_days": "30",
        }
    ],
    "definitions": [
        {
            "definition_id": "keen",
            "version": "1",
            "entity_type": "user",
            "score_threshold": "10",
            "status": "live",
            "priority": "1",
        }
    ],
    "definition_rules": [
        {
            "definition_id": "keen",
            "version": "1",
            "rule_id": "pricing",
            "signal_id": "pricing",
            "min_value": "1",
            "points": "1",
            "max_awards": "100",
        }
    ],
}
PRICING = '{"page":"pricing"}'
PRICING_CELL = '"{""page"":""pricing""}"'


@pytest.fixture(scope="module")
def every_form(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One event of one user in each form that is read, in folders whose names mean something."""
    folder = tmp_path_factory.mktemp("forms") / "we[i]rd *100%? 'rüw'"
    events = folder / "Events" / "2026 [06]"
    events.mkdir(parents=True)
    header = "event_id,event_name,occurred_at,user_id,properties\n"

    def row(event_id: str) -> str:
        return f"{event_id},page_viewed,2026-06-01T10:00:00Z,12,{PRICING_CELL}\n"

    in_quotes = row("#a").replace("\n", ',"a line\r\nof its own"\n')
    (events / "a*.csv").write_bytes((header.replace("\n", ",notes\n") + in_quotes).encode())
    (events / "b.CSV").write_bytes(b"\xef\xbb\xbf" + (header + row("b")).encode())
    (events / "c.csv.gz").write_bytes(gzip.compress((header + row("c")).encode()))
    (events / "d.csv").write_bytes(
        b"User_ID,mood,EVENT_NAME,occurred_at,properties\r12,fine,page_viewed,2026-06-01T12:00+02,"
        + PRICING_CELL.encode()
    )
    json = '{"event_name":"page_viewed","occurred_at":"2026-06-01T10:00:00Z","user_id":12,'
    (events / "e.jsonl").write_text(json + f'"properties":{PRICING}}}\n')
    (events / "f.ndjson.gz").write_bytes(
        gzip.compress((json + '"event_id":"f","properties":{"page":"pricing"}}').encode())
    )
    elsewhere = folder.parent / "lake"
    elsewhere.mkdir()
    (events / "linked").symlink_to(elsewhere)
    (elsewhere / "g.csv").write_text(header + row("g"))
    # as structs and maps, as text, in other types, and where a tool keeps text as bytes
    columns = f"'page_viewed' as event_name, 12.0::double as user_id, '{PRICING}' as properties"
    for name, event_id, select in (
        ("h", "'h'", "{'page': 'pricing', 'n': null}"),
        ("i", "'i'::blob", "map {'page': 'pricing'}"),
        ("j", "8", f"'{PRICING}'::json"),
    ):
        duckdb.sql(
            f"select {event_id} as event_id, {columns.rpartition(', ')[0]}, {select} as properties,"
            " timestamptz '2026-06-01 10:00:00+00' as occurred_at"
        ).write_parquet(str(events / f"{name}.parquet"))
    for name, occurred_at in (
        ("k", "date '2026-06-01'"),
        ("l", "timestamp_ns '2026-06-01 10:00:00.123456789'"),
        ("m", "'2026-06-01 10:00:00'::timestamp_s"),
    ):
        duckdb.sql(
            f"select '{name}' as event_id, {columns}, {occurred_at} as occurred_at"
        ).write_parquet(str(events / f"{name}.PARQUET"))
    partition = folder / "Events" / "event_name=page_viewed"
    partition.mkdir()
    (partition / "n.csv").write_text(
        f"event_id,occurred_at,user_id,properties\nn,2026-06-01T10:00:00Z,12,{PRICING_CELL}\n"
    )
    (folder / "users.jsonl").write_text('{"user_id":12,"email":"ann@alpha.example"}\n')
    (folder / "notes.csv").write_text("mine\n")
    (events / "README.txt").write_text("left out")
    built = build(folder, CONFIG, quiet=False)
    assert built.returncode == 0, built.output
    return built


def test_a_row_in_any_form_is_the_same_row(every_form: Built) -> None:
    assert every_form.query("select * from pql.event_reconciliation")[0][1:5] == (14, 14, 0, 0)
    assert every_form.query("select user_id, email, score from pql.pql_users") == [
        ("12", "ann@alpha.example", 14)
    ]


def test_what_is_not_read_is_named_once(every_form: Built) -> None:
    assert every_form.query(
        "select severity, file_name, problem from pql.config_problems "
        "where file_name not like '%.csv' order by file_name"
    ) == [
        ("warning", "events", "columns not read: notes, mood"),
        ("warning", "raw folder", "not read: notes.csv"),
    ]
    assert "not read, as no table of the raw contract: notes.csv\n" in every_form.output


def test_slips_of_columns_stop_the_build(build: Build, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "events").mkdir()
    header = "event_name,occurred_at,user_id"
    (raw / "events" / "1.csv").write_text(f"{header},received_at\nseen,2026-06-01,u1,\n")
    (raw / "events" / "2.csv").write_text(f"{header},recieved_at\nseen,2026-06-01,u1,\n")
    (raw / "users.csv").write_text("user_id,e-mail,email,email_optout,role\nu1,,,true,\n")
    (raw / "deletion_requests.csv").write_text("e_mail\nann@alpha.example\n")
    built = build(raw, CONFIG, folder=tmp_path)
    assert built.returncode == 1
    for column, meant, file in (
        ("recieved_at", "received_at", "events/2.csv"),
        ("email_optout", "email_opt_out", "users.csv"),
        ("e_mail", "email", "deletion_requests.csv"),
    ):
        table = file.partition(".")[0].partition("/")[0]
        assert (
            f"error: {table}, column {column}\n"
            f"    no such column is read ({raw / file})\n"
            f"    -> name it {meant}, or add a column {meant} beside it\n"
        ) in built.output
    assert "warning: users\n    columns not read: e-mail, role\n" in built.output
    assert "errors: 3 " in built.output
    assert "Traceback" not in built.output


# --- dbt alone ------------------------------------------------------------------------------------


def run_dbt(folder: Path, raw: Path, *select: str) -> str:
    """What a plain dbt says of some models on a raw folder; it must fail."""
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--profiles-dir", "."]
    command += ["--vars", f"{{raw_source: canonical, raw_path: {raw}}}", "--select", *select]
    own = {
        "PQL_DUCKDB_PATH": str(folder / "test.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    result = subprocess.run(
        command, cwd=PROJECT, env=os.environ | own, capture_output=True, text=True, check=False
    )
    return result.stdout


@pytest.fixture(scope="module")
def plain_dbt(tmp_path_factory: pytest.TempPathFactory) -> str:
    """dbt alone on tables that are each broken in another way."""
    folder = tmp_path_factory.mktemp("plain")
    raw = folder / "raw"
    (raw / "events").mkdir(parents=True)
    header = "event_id,event_name,occurred_at,user_id,properties,event_count\n"
    row = "e1,seen,2026-06-01,u1,,\n"
    (raw / "events" / "1.csv").write_text(header + row)
    # an unquoted comma before a last cell that is blank
    (raw / "events" / "2.csv").write_text(header + row + "e2,seen,2026-06-01,u1,{a,},\n" + row)
    (raw / "users.csv").write_text("user_id\nu1\n")
    (raw / "accounts.csv").write_text("account_id,Account_ID\na,b\n")
    (raw / "subscriptions.xlsx").write_text("not read")
    (raw / "opportunities.csv").write_text("opportunity_id\no1\n")
    (raw / "opportunities.parquet").write_text("twice")
    (raw / "marketing_leads.csv").write_text("lead_id,\nl1,\n")
    (raw / "sales_activities.csv").write_text("\nactivity_id\na\n")
    models = ("int_raw_event_day_stats", "stg_product__accounts", "stg_billing__subscriptions")
    crm = ("opportunities", "marketing_leads", "sales_activities")
    return run_dbt(folder, raw, *models, *(f"stg_crm__{name}" for name in crm))


@pytest.mark.parametrize(
    "message",
    [
        "CSV Error on Line: 3",
        "events/2.csv",
        "accounts.csv: the column account_id is there twice",
        "subscriptions.xlsx: cannot be read as part of subscriptions; export it as CSV",
        "opportunities.csv and opportunities.parquet: both hold the table opportunities",
        "marketing_leads.csv: column 2 has no name",
        "sales_activities.csv: column 1 has no name",
    ],
)
def test_dbt_alone_refuses_what_it_cannot_read_whole(plain_dbt: str, message: str) -> None:
    assert message in plain_dbt
    assert "Traceback" not in plain_dbt
