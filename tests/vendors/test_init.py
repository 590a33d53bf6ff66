"""What `pql init` writes for a vendor's tables is a folder that builds."""

import csv
import os
import subprocess
from pathlib import Path

import demo_events_as as vendors
import pytest
from conftest import PQL, PROJECT, Build
from demo_as import as_segment, as_stripe, demo_tables, write_folder

PART = vendors.part_of(demo_tables())
LAYOUTS = {
    "segment": {"segment": as_segment, "stripe": as_stripe},
    "amplitude": {"amplitude": vendors.as_amplitude},
    "posthog": {"posthog": vendors.as_posthog},
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_folder_that_init_wrote_builds_and_gives_leads(
    name: str, build: Build, tmp_path: Path
) -> None:
    for vendor, layout in LAYOUTS[name].items():
        write_folder(tmp_path / "raw" / vendor, layout(PART))
    config = tmp_path / "new"
    own = {
        "PQL_DUCKDB_PATH": str(tmp_path / "none.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    command = [PQL, "init", "--raw", str(tmp_path / "raw"), "--config", str(config)]
    result = subprocess.run(
        command, cwd=PROJECT, env=os.environ | own, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    said = result.stdout
    for vendor in LAYOUTS[name]:
        assert f"{tmp_path}/raw/{vendor}: {vendor}, with " in said
    if name != "segment":
        assert "no subscriptions: nobody is known to be on trial or to pay" in said
    page = (config / "mapping.md").read_text(encoding="utf-8")
    assert "| project_created | " in page

    # As it is written it is a draft, and says why nobody is a lead.
    draft = build(config=config, folder=tmp_path, tests=False)
    assert draft.returncode == 0, draft.output
    assert draft.query("select count(*) from pql.pql_accounts") == [(0,)]
    definitions = config / "definitions.csv"
    rows = list(csv.DictReader(definitions.open(newline="", encoding="utf-8")))
    with definitions.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "status": "live"} for row in rows)
    live = build(config=config, folder=tmp_path)
    assert live.returncode == 0, live.output
    (qualified,) = live.query("select count_if(is_qualified) from pql.pql_accounts")
    assert qualified > (0,)
