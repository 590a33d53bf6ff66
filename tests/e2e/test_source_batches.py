"""Rows that come through a vendor's tables in batches give what all of them give at once.

`PQL_SEED=<number> PQL_BATCHES=12 pytest tests/e2e/test_source_batches.py` takes other rows, in as
many batches.
"""

import os
import random
import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import cases
import pandas as pd
import pytest
from cases import SEED
from conftest import Build, Tables
from demo_as import Row, as_segment, write_folder
from demo_events_as import time_of
from test_builds import check
from test_incremental import assert_same, files_read

BATCHES = int(os.environ.get("PQL_BATCHES", "2"))
TIMES = ("timestamp", "received_at")
OWN = ("attributes", "subscriptions", "account_links")


def store(folder: Path, raw: Tables, events: Sequence[Row]) -> None:
    """Write calls as Segment stores them, a file of each day and table; the rest is canonical."""
    shutil.rmtree(folder, ignore_errors=True)
    tables = as_segment({**raw, "events": events})
    others = {name: tables.pop(name) for name in ("users", "identifies", "groups")}
    write_folder(folder / "segment", {name: rows for name, rows in others.items() if rows})
    write_folder(folder / "own", {name: raw[name] for name in OWN if raw[name]})
    for name, rows in tables.items():
        days = defaultdict(list)
        for row in rows:
            times = {column: time_of(row[column]) for column in TIMES}
            days[day_of(row["timestamp"])].append(row | times)
        (folder / "segment" / name).mkdir()
        for day, calls in days.items():
            frame = pd.DataFrame(calls)
            for column in frame:
                if column in TIMES:
                    frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(None)
                else:  # of several types text
                    texts = frame[column].astype("str")
                    frame[column] = texts.where(frame[column].notna() & (texts != ""), None)
            frame.to_parquet(folder / "segment" / name / f"{day}.parquet")


def day_of(text: str) -> str:
    """The day of a time, in UTC."""
    time = time_of(text)
    return f"{time:%F}" if time else "undated"


@pytest.mark.slow
def test_batches_through_segment_are_a_full_refresh(build: Build, tmp_path: Path) -> None:
    rng = random.Random(SEED)
    case = cases.generate(SEED)
    events = case.raw["events"]
    days = sorted({day_of(row["occurred_at"]) for row in events} - {"undated"})
    # the first batch lacks some rows of a few days; each further one brings some of them
    late_days = set(rng.sample(days, len(days) // 10)) | {days[-1]}
    arrives = [
        rng.randrange(BATCHES) if day_of(row["occurred_at"]) in late_days else 0 for row in events
    ]
    folder = tmp_path / "raw"
    variables = {
        "sources": {"segment": {"path": str(folder / "segment")}, "canonical": {}},
        "raw_path": str(folder / "own"),
        "raw_tables": [name for name in OWN if case.raw[name]],
    }
    given = {"config": case.config, "variables": variables, "folder": tmp_path, "tests": False}
    for number in range(BATCHES):
        there = [row for row, when in zip(events, arrives, strict=True) if when <= number]
        store(folder, case.raw, there)
        grown = check(build(**given))
    changed = {
        day_of(row["occurred_at"])
        for row, when in zip(events, arrives, strict=True)
        if when == BATCHES - 1
    }
    read, of_all = files_read(grown, [date.fromisoformat(day) for day in changed])
    at_once = check(build(**given, database="at_once.duckdb"))
    assert_same(at_once.database, grown.database)

    assert 0 < read < of_all / 2, f"PQL_SEED={SEED}"
