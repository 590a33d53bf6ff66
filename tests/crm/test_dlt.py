"""An open reverse ETL, set up by the words of docs/reverse-etl.md alone."""

import os
import re
import subprocess
import sys
from datetime import datetime

import pytest
from conftest import PROJECT
from hubspot_stand_in import TOKEN, StandIn
from stand_in import serve
from warehouse import fill

(SCRIPT,) = re.findall(
    r"^```python\n(.*?)^```", (PROJECT / "docs" / "reverse-etl.md").read_text(), re.M | re.S
)


@pytest.fixture
def run(warehouse, tmp_path):
    """Sync by dlt; returns what was printed."""
    script = tmp_path / "sync_by_dlt.py"
    script.write_text(SCRIPT)

    def run(hubspot):
        warehouse.save()
        with serve(hubspot) as address:
            done = subprocess.run(
                [sys.executable, str(script)],
                cwd=PROJECT,
                env=os.environ
                | {
                    "HUBSPOT_BASE_URL": address,
                    "HUBSPOT_ACCESS_TOKEN": TOKEN,
                    "DLT_DATA_DIR": str(tmp_path / "dlt"),
                    "RUNTIME__DLTHUB_TELEMETRY": "false",
                },
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run


def test_the_marts_are_synced_by_dlt_as_the_page_says(warehouse, run):
    hubspot = StandIn()
    hubspot.load_manifests()
    fill(warehouse, 3)
    warehouse.account(4, status="not_qualified")
    run(hubspot)
    companies = hubspot.by("companies", "pql_account_key")
    assert companies.keys() == {"account-1", "account-2", "account-3"}
    assert companies["account-1"]["pql_sla_due_at"] == "2026-07-01T14:30:00Z"
    assert hubspot.by("contacts", "email").keys() == {
        f"user{number}@company{number}.example" for number in (1, 2, 3)
    }
    task = hubspot.by("tasks", "pql_task_key")["task-1"]
    assert (task["hs_task_status"], task["hs_task_priority"]) == ("NOT_STARTED", "HIGH")

    writes = hubspot.writes
    run(hubspot)
    assert hubspot.writes == writes

    warehouse.built_at = datetime(2026, 7, 2, 6)
    lead = warehouse.rows["sync_crm_accounts"][0]
    lead |= {"status": "disqualified", "score": None, "tier": "none", "reason": ""}
    run(hubspot)
    assert hubspot.writes == writes + 1
    company = hubspot.by("companies", "pql_account_key")["account-1"]
    assert company["pql_status"] == "disqualified"
    assert company.keys().isdisjoint({"pql_score", "pql_reason"})
