"""The models' unit tests, which no build carries: on the demo, and on other data and vars."""

import json
import re

import pytest
from conftest import Build, Built, run_dbt
from test_builds import ONE_RULE, SMALL, check

# No setting is as it is shipped: a unit test sets what its model reads.
OTHER_VARS = {
    "raw_days_look_back": 2,
    "as_of": "2031-03-05",
    "max_clock_skew_hours": 1,
    "max_silent_hours": 1,
    "earliest_event_date": "2027-01-01",
    "projection_days": 13,
    "decay_step_days": 3,
    "contact_verification_max_age_days": 3,
    "working_days": 2,
    "rejected_rest_days": 5,
    "max_changed_share": 0.01,
    "accept_mass_change": True,
    "task_max_age_days": 1,
    "sync_score_step": 50,
    "dead_signal_days": 1,
    "stale_after_hours": 1,
    "calibration_horizon_days": 3,
    "calibration_weeks": 3,
    "aha_days": 3,
    "calibration_windows": [2, 5],
    "calibration_cuts": [1, 4],
    "calibration_sample_size": 7,
    "sales_capacity_per_week": "",
    "qualification_window_days": 3,
    "opportunity_window_days": 3,
    "conversion_window_days": 4,
    "review_days": 20,
    "account_url_template": "https://x.example/{account_id}",
}


def unit_tests_passed(built: Built, variables: dict | None = None, clock: str | None = None) -> int:
    """How many unit tests passed on the relations of a build, all of them."""
    given = ["--vars", json.dumps(variables)] if variables else []
    done = run_dbt(built, "test", "--selector", "unit_tests", *given, clock=clock)
    assert done.returncode == 0, done.stdout
    return int(re.search(r"PASS=(\d+)", done.stdout)[1])


def other_data(build: Build) -> tuple[Built, dict]:
    """A build of raw tables that are not the demo, and vars that name them and change all else."""
    built = check(build(SMALL, ONE_RULE, selector="weekly", tests=False))
    where = {"raw_source": "canonical", "raw_path": str(built.folder / "raw"), "raw_tables": []}
    return built, {**OTHER_VARS, **where}


def test_unit_tests_pass_on_the_demo(whole_demo: Built) -> None:
    assert unit_tests_passed(whole_demo) > 100


@pytest.mark.slow
def test_unit_tests_pass_on_other_data_under_other_vars(build: Build) -> None:
    built, variables = other_data(build)
    assert unit_tests_passed(built, variables) > 100
