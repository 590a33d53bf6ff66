"""Any path to the same rows gives the same tables: only the days that changed are counted anew."""

import random
from pathlib import Path

import cases
from conftest import Build, changed_tables
from test_builds import MEMORY_MARTS, TRANSIENT_MODELS, check

SEED = 20250606


def test_batches_in_any_order_end_like_one_build(build: Build, tmp_path: Path) -> None:
    case = cases.generate(SEED)
    events = case.raw["events"]
    shuffled = random.Random(SEED).sample(events, len(events))
    third = len(events) // 3
    # Late rows, then rows taken back, links that come later, and another way of counting.
    batches = [
        ({**case.raw, "events": shuffled[:third], "identity_links": []}, case.config),
        ({**case.raw, "events": shuffled[: 2 * third], "account_links": []}, case.config),
        ({**case.raw, "events": shuffled[third:]}, {**case.config, "signals": edited(case.config)}),
        (case.raw, case.config),
    ]
    for raw, config in batches:
        grown = check(build(raw, config, folder=tmp_path))
    # The same folder: where raw lies is part of the way of counting.
    at_once = check(build(case.raw, case.config, folder=tmp_path, database="at_once.duckdb"))
    assert changed_tables(at_once.database, grown.database, "pql").keys() <= MEMORY_MARTS
    changed = changed_tables(at_once.database, grown.database, "pql_intermediate")
    assert changed.keys() <= TRANSIENT_MODELS, f"seed {SEED}"


def edited(config: cases.Tables) -> list[dict[str, str]]:
    """The signals with every filter on a property turned around."""
    turned = {"=": "!=", "!=": "=", ">=": "<=", "<=": ">="}
    return [
        {**row, "property_operator": turned.get(row["property_operator"], row["property_operator"])}
        for row in config["signals"]
    ]
