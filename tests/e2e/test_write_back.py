"""What reps do in a CRM comes back: answered there, it is heard at the next build.

What a loader would bring is written here by hand; what makes the raw contract of it is the SQL of
docs/write-back.md.
"""

import re
from datetime import date

import duckdb
import hubspot_stand_in
import salesforce_stand_in
from conftest import PROJECT, Build
from stand_in import serve
from test_crm_sync import CONFIG, accounts, event

from pql import cli

BLOCK = re.compile(r"^```sql (\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGE = (PROJECT / "docs" / "write-back.md").read_text()
QUERIES = dict(BLOCK.findall(PAGE))
FIRST_DAY = {
    **accounts("busy", "late", "idle"),
    "events": [event(name, 1) for name in ("busy", "late", "idle")],
}


def sync(target, crm, environment, monkeypatch):
    with serve(crm) as address:
        for name, value in environment(address).items():
            monkeypatch.setenv(name, value)
        return cli.main(["sync", target, "--send"])


def test_a_lead_that_is_not_a_fit_rests_from_the_next_build_on(build: Build, monkeypatch, capsys):
    built = build(FIRST_DAY, CONFIG, tests=False)
    assert built.returncode == 0, built.output
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(built.database))
    hubspot, salesforce = hubspot_stand_in.StandIn(), salesforce_stand_in.StandIn()
    hubspot.load_manifests()
    salesforce.load_manifests()
    targets = {
        "hubspot": (
            hubspot,
            lambda address: {
                "HUBSPOT_BASE_URL": address,
                "HUBSPOT_ACCESS_TOKEN": hubspot_stand_in.TOKEN,
            },
        ),
        "salesforce": (
            salesforce,
            lambda address: {
                "SALESFORCE_LOGIN_URL": address,
                "SALESFORCE_CLIENT_ID": salesforce_stand_in.CLIENT_ID,
                "SALESFORCE_CLIENT_SECRET": salesforce_stand_in.CLIENT_SECRET,
            },
        ),
    }
    for name, (crm, environment) in targets.items():
        assert sync(name, crm, environment, monkeypatch) == 0, capsys.readouterr()

    # A rep turns one lead down in HubSpot, another one in Salesforce, and calls a third.
    tasks = dict(built.query("select entity_id, task_key from pql.sync_crm_tasks"))
    assert tasks.keys() == {"busy", "late", "idle"}
    theirs = hubspot.by("tasks", "pql_task_key")[tasks["busy"]]
    theirs |= {
        "pql_response": "rejected",
        "pql_response_reason": "not a fit",
        "hs_task_status": "COMPLETED",
    }
    done = hubspot.by("tasks", "pql_task_key")[tasks["idle"]]
    done |= {"hs_task_status": "COMPLETED", "hubspot_owner_id": "501"}
    other = salesforce.by("Task", "pql_task_key__c")[tasks["late"]]
    other |= {
        "pql_response__c": "rejected",
        "pql_response_reason__c": "not a fit",
        "pql_snooze_until__c": "2026-05-01",
        "Status": "Completed",
    }
    moment = "2026-03-02T09:00:00Z"
    loaded = {
        "hubspot_tasks": [
            {
                "hs_object_id": record.id,
                "hs_task_completion_date": moment
                if record.properties["hs_task_status"] == "COMPLETED"
                else None,
                "hs_lastmodifieddate": moment,
                **dict.fromkeys(hubspot.properties["tasks"]),
                **record.properties,
            }
            for record in hubspot.records["tasks"].values()
        ],
        "salesforce_task": [
            {
                **record,
                "CompletedDateTime": moment if record["Status"] == "Completed" else None,
                "LastModifiedDate": moment,
            }
            for record in salesforce.records["Task"].values()
        ],
    }
    back = read_back(built.database, loaded)
    assert {row["entity_id"] for row in back["lead_responses"]} == {"busy", "late"}
    assert {row["account_id"] for row in back["sales_activities"]} == {"busy", "late", "idle"}

    second_day = {
        **FIRST_DAY,
        "events": [*FIRST_DAY["events"], event("idle", 3), event("busy", 3), event("late", 3)],
        **back,
    }
    again = build(second_day, CONFIG, folder=built.folder, tests=False)
    assert again.returncode == 0, again.output
    leads = {
        account: (status, reason)
        for account, status, reason in again.query(
            "select account_id, status, suppression_reason from pql.sync_crm_accounts"
        )
    }
    assert leads["busy"][0] == leads["late"][0] == "suppressed"
    assert leads["idle"][0] == "qualified"
    assert leads["busy"][1] == (
        "turned down by sales on 2026-03-02, rests until 2026-05-31: not a fit"
    )
    assert "rests until 2026-05-01: not a fit" in leads["late"][1]
    closed = dict(again.query("select entity_id, closed_reason from pql.sync_crm_tasks"))
    assert closed["idle"] == "answered"

    for name, (crm, environment) in targets.items():
        assert sync(name, crm, environment, monkeypatch) == 0, capsys.readouterr()
    companies = hubspot.by("companies", "pql_account_id")
    assert companies["busy"]["pql_status"] == companies["late"]["pql_status"] == "suppressed"
    assert salesforce.by("Account", "pql_account_id__c")["late"]["pql_status__c"] == "suppressed"
    # what the rep wrote is the rep's
    assert other["pql_response__c"] == "rejected"
    assert hubspot.by("tasks", "pql_task_key")[tasks["busy"]]["pql_response"] == "rejected"


def read_back(database, loaded):
    """Make raw tables of what a loader brings, as the page says."""
    found: dict[str, list[dict[str, str]]] = {"lead_responses": [], "sales_activities": []}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as warehouse (read_only)")
        for name, rows in loaded.items():
            columns = {column.lower(): [row[column] for row in rows] for column in rows[0]}
            types = ", ".join(f"{column} varchar" for column in columns)
            connection.execute(f"create table {name} ({types})")
            values = list(zip(*columns.values(), strict=True))
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"insert into {name} values ({marks})", values)
        connection.execute("set search_path = 'memory.main,warehouse.pql'")
        for name, query in QUERIES.items():
            table = "lead_responses" if name.endswith("responses") else "sales_activities"
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                cells = ("" if each is None else written(each) for each in row)
                found[table].append(dict(zip(names, cells, strict=True)))
    return found


def written(value):
    return value.isoformat() if isinstance(value, date) else str(value)
