"""The benchmark compares like with like; how long anything takes is no test."""

from pathlib import Path

import pytest

from tools.benchmark.data import write_raw_tables
from tools.benchmark.measure import Bench

EVENT_COUNT = 20_000


def test_the_same_size_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("once", "again"):
        write_raw_tables(tmp_path / name, EVENT_COUNT, progress=lambda _: None)
    once, again = (
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*.parquet")}
        for name in ("once", "again")
    )
    assert once == again
    assert len(once) == 370  # a year, the day after it, and four tables


def test_query_by_hand_agrees_with_the_mart_before_and_after_a_new_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PQL_CONFIG_PATH", raising=False)
    bench = Bench(tmp_path, memory="1GB", threads=1)
    next_day = write_raw_tables(bench.raw("full"), EVENT_COUNT, progress=lambda _: None)
    bench.build("full")
    bench.by_hand("full")
    account_count, equal_count = bench.agreement("full")
    assert equal_count == account_count > 20

    bench.add_day("full", next_day)
    bench.build("full")
    assert bench.agreement("full")[1] < account_count  # of the day before
    bench.by_hand("full")
    account_count, equal_count = bench.agreement("full")
    assert equal_count == account_count
