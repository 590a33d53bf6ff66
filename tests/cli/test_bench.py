"""The benchmark compares like with like; how long anything takes is no test."""

import sys
import time
from pathlib import Path

import pytest

from tools.benchmark.data import write_raw_tables
from tools.benchmark.measure import Bench, Cost, Limit, Results, measure_peer, report, run
from tools.benchmark.peers import PEERS, SIZES

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


@pytest.mark.slow
def test_peers_agree_with_the_mart_before_and_after_a_new_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PQL_CONFIG_PATH", raising=False)
    bench = Bench(tmp_path, memory="1GB", threads=1)
    next_day = write_raw_tables(bench.raw("full"), EVENT_COUNT, progress=lambda _: None)
    bench.build("full")
    for key in PEERS:
        bench.score(key, "full")
        account_count, equal_count = bench.agreement(key, "full")
        assert equal_count == account_count > 20, key

    bench.add_day("full", next_day)
    bench.build("full")
    for key in PEERS:
        assert bench.agreement(key, "full")[1] < account_count, key  # of the day before
        bench.score(key, "full")
        account_count, equal_count = bench.agreement(key, "full")
        assert equal_count == account_count, key


def test_what_takes_too_much_is_ended() -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    grow = [sys.executable, "-c", "import time; held = b'x' * 10**9; time.sleep(60)"]
    start = time.monotonic()
    assert run(sleep, {}, Limit(seconds=0.2, memory=10**9)) is None
    assert run(grow, {}, Limit(seconds=60, memory=10**8)) is None
    assert run([sys.executable, "-c", "raise SystemExit(75)"], {}, Limit(60, 10**9)) is None
    assert time.monotonic() - start < 30


def test_a_peer_that_takes_too_much_is_given_fewer_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = Cost(seconds=2, cpu_seconds=3, peak_gib=1)
    results = Results(event_count=16_000_000)
    for key in ("a", "c", "d", "tests"):
        results.add(key, "full", cost)
    results.add("e", "quarter", cost)

    def score(_: Bench, key: str, size: str, limit: Limit) -> Cost | None:
        assert limit == Limit(seconds=6, memory=10**9)
        too_much = {"p": ["full"], "q": SIZES, "s": ["full"]}
        return None if size in too_much.get(key, []) else cost

    monkeypatch.setattr(Bench, "score", score)
    monkeypatch.setattr(Bench, "build", lambda *_: cost)
    monkeypatch.setattr(Bench, "agreement", lambda *_: (8, 8))
    monkeypatch.setattr("tools.benchmark.measure.write_raw_tables", lambda *_: None)
    for key in PEERS:
        measure_peer(Bench(tmp_path, memory="1GB", threads=1), key, results)
    lines = report(results).splitlines()
    assert "| (f) full build | 1,000,000 | 2.0 | 3.0 | 1.00 GiB |" in lines
    assert "| (t) as (s), of fewer events | 1,000,000 | 2.0 | 3.0 | 1.00 GiB |" in lines
    assert {"| a / b2 | 1.00 | 1.00 |  |", "| e / p | 1.00 | 1.00 |  |"} < set(lines)
    assert {"| e / s | 1.00 | 1.00 |  |", "| s / t | 1.00 | 1.00 |  |"} < set(lines)
    assert "(b) and the mart agree on 8 of 8 accounts." in lines
    assert "More than the limit at every size: (q)." in lines
    assert "One more day (d) takes 0.19 CPU seconds per million events." in lines
