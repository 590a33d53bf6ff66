"""On whatever day it is: the same tests pass, and the same build of the same data says the same.

    make test-clock

It needs faketime on the machine (Debian's package of that name), which `make test` does not.
"""

import os
import subprocess
from functools import partial
from pathlib import Path

import pytest
from conftest import PROJECT, run_build, write_tables
from test_builds import ONE_RULE, USER
from test_unit_tests import other_data, unit_tests_passed

YEAR_AHEAD, YEAR_BEHIND = "+1y", "-1y"
OLD_EVENT = {"event_name": "logged_in", "occurred_at": "2012-05-31", "user_id": "u"}


@pytest.mark.parametrize("clock", [YEAR_AHEAD, YEAR_BEHIND])
def test_unit_tests_pass_on_any_day(tmp_path: Path, clock: str) -> None:
    built, variables = other_data(partial(run_build, tmp_path))
    assert unit_tests_passed(built, variables, clock) > 100


def test_old_data_gives_the_same_leads_on_any_day(tmp_path: Path) -> None:
    raw, config = tmp_path / "raw", tmp_path / "config"
    write_tables(raw, {"events": [OLD_EVENT], "users": [USER]})
    write_tables(config, ONE_RULE)
    said = {}
    for clock in (YEAR_AHEAD, YEAR_BEHIND):
        folder = tmp_path / clock
        folder.mkdir()
        own = {"PQL_DUCKDB_PATH": str(folder / "test.duckdb"), "DBT_TARGET_PATH": str(folder)}
        done = subprocess.run(
            ["faketime", "-f", clock, "make", "build", f"RAW={raw}", f"CONFIG={config}"],
            cwd=PROJECT,
            env=os.environ | own,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said[clock] = done.stdout[done.stdout.index("Strongest users as of 2012-05-31") :]
    assert said[YEAR_AHEAD] == said[YEAR_BEHIND]
