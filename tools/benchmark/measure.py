"""Measure what a build costs, against the same scores by hand in SQL, polars and pandas.

    make bench EVENTS=1000000

Writes a year of raw tables (data.py), and runs each job as a process of its own. The ratios
are of jobs of this run, so they hold on any machine; the times do not. docs/benchmark.md explains.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import duckdb

from .data import write_raw_tables
from .peers import BUILDS, PEERS, SIZES, Peer

PROJECT = Path(__file__).resolve().parents[2]
RAW_TABLES = ["accounts", "identity_links", "subscriptions"]
# What scoring is: everything up to these marts, with the seeds they need.
SCORING = ["+path:models/marts/qualification", "+path:models/marts/data_quality"]
SLOWEST = 15  # models listed

PATIENCE = 3  # times as long as the full build
TOO_MUCH = 75  # says a process that ran out of memory
PAUSE = 0.02  # seconds between two looks at a process

RUN_SQL = f"""
import sys, duckdb
try:
    duckdb.execute(sys.argv[1])
except duckdb.OutOfMemoryException:
    sys.exit({TOO_MUCH})
"""

SCAN = """
select
    sum(strlen(event_id)), sum(strlen(event_name)), sum(strlen(user_id)),
    sum(strlen(anonymous_id)), sum(strlen(account_id)), sum(strlen(properties)),
    max(occurred_at), max(received_at)
from read_parquet('{raw}/events/*.parquet')
"""


@dataclass(frozen=True)
class Cost:
    """What a process and its children took."""

    seconds: float
    cpu_seconds: float
    peak_gib: float


@dataclass(frozen=True)
class Limit:
    """What a process may take before it is ended."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark: where its files are, and the limits of its processes."""

    folder: Path
    memory: str
    threads: int

    def raw(self, size: str) -> Path:
        """The raw tables of a size."""
        return self.folder / size

    def database(self, size: str) -> Path:
        """The database that a size is built into."""
        return self.folder / f"{size}.duckdb"

    def dbt(self, command: str, size: str, *arguments: str) -> Cost:
        """Run dbt on the raw tables of a size; what it prints is the progress."""
        variables = {
            "raw_source": "canonical",
            "raw_path": str(self.raw(size)),
            "raw_tables": RAW_TABLES,
        }
        dbt = str(Path(sys.executable).with_name("dbt"))
        options = ["--profiles-dir", ".", "--select", *SCORING, "--vars", json.dumps(variables)]
        return run(
            [dbt, command, *options, *arguments],
            {
                "PQL_DUCKDB_PATH": str(self.database(size)),
                "PQL_MEMORY_LIMIT": self.memory,
                "DBT_TARGET_PATH": str(self.folder / f"target_{size}"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
            },
        )

    def build(self, size: str) -> Cost:
        """Build all that scoring needs, without tests."""
        return self.dbt("build", size, "--exclude-resource-types", "test", "unit_test")

    def test(self, size: str) -> Cost:
        """Run the data tests of what was built."""
        return self.dbt("test", size, "--exclude-resource-types", "unit_test")

    def add_day(self, size: str, next_day: Path) -> None:
        """Lay the file of the day after the year beside the others."""
        next_day.rename(self.raw(size) / "events" / next_day.name.removeprefix("next_"))

    def sql(self, statements: str, limit: Limit | None = None) -> Cost | None:
        """Run SQL in a DuckDB of its own, within the same limits."""
        settings = (
            f"set memory_limit = '{self.memory}'; set threads = {self.threads}; "
            f"set enable_progress_bar = false; set temp_directory = '{self.folder / 'spilled'}'; "
        )
        return run([sys.executable, "-c", RUN_SQL, settings + statements], {}, limit)

    def scores(self, key: str, size: str) -> Path:
        """What a peer writes."""
        return self.folder / f"scores_{key}_{size}.parquet"

    def score(self, key: str, size: str, limit: Limit | None = None) -> Cost | None:
        """Score by hand; nothing is returned if that takes more than the limit."""
        peer, scores = PEERS[key], self.scores(key, size)
        raw, seeds = self.raw(size), PROJECT / "seeds"
        if peer.module:
            module = f"tools.benchmark.peers.{peer.module}"
            command = [sys.executable, "-m", module, str(raw), str(seeds), str(scores)]
            return run(command, {"POLARS_MAX_THREADS": str(self.threads)}, limit)
        return self.sql(
            f"set variable raw = '{raw}'; set variable seeds = '{seeds}'; "
            f"copy ({peer.query()}) to '{scores}' (format parquet)",
            # what DuckDB takes is limited by DuckDB itself, which spills the rest
            limit and replace(limit, memory=sys.maxsize),
        )

    def agreement(self, key: str, size: str) -> tuple[int, int]:
        """How many accounts there are by the peer or the mart, and on how many both agree."""
        counts = self.folder / "agreement.parquet"
        # not in this process: what it once took would count as the peak of all that it starts
        self.sql(
            f"attach '{self.database(size)}' as mart (read_only); "
            f"create view peer as from '{self.scores(key, size)}'; "
            "copy (select count(*) as account_count, count(*) filter (agrees) as equal_count "
            f"from ({PEERS[key].comparison}) as accounts(agrees)) to '{counts}'"
        )
        with duckdb.connect() as connection:
            return connection.execute(f"from '{counts}'").fetchone()

    def model_seconds(self, size: str) -> dict[str, float]:
        """How long each node of the last dbt command took, the slowest first."""
        results = json.loads((self.folder / f"target_{size}" / "run_results.json").read_text())
        seconds = {
            result["unique_id"].split(".")[2]: result["execution_time"]
            for result in results["results"]
        }
        return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def run(command: Sequence[str], env: Mapping[str, str], limit: Limit | None = None) -> Cost | None:
    """Run a process to its end and say what it took; leave if it fails.

    Returns:
        None if it took more than the limit, and was ended.
    """
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | dict(env))
    is_over, ended = False, 0
    while not ended:
        if limit and not is_over:
            is_over = time.monotonic() - start > limit.seconds or memory_of(process) > limit.memory
            if is_over:
                process.kill()
        ended, status, usage = os.wait4(process.pid, os.WNOHANG if limit and not is_over else 0)
        if not ended:
            time.sleep(PAUSE)
    process.returncode = os.waitstatus_to_exitcode(status)
    if is_over or (limit and process.returncode == TOO_MUCH):
        return None
    if process.returncode:
        sys.exit(f"error: {' '.join(command)[:200]} failed with {process.returncode}")
    return Cost(
        seconds=time.monotonic() - start,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_gib=usage.ru_maxrss / 2**20,
    )


def memory_of(process: subprocess.Popen) -> int:
    """How many bytes of memory a process has now, as Linux tells it; it may have ended."""
    _, pages, *_ = Path(f"/proc/{process.pid}/statm").read_text().split()
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Results:
    """What the jobs took, by their letters, and the sizes that they ran at."""

    event_count: int
    costs: dict[str, Cost] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    agreements: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, key: str, size: str, cost: Cost) -> None:
        """Note what a job took."""
        self.costs[key], self.sizes[key] = cost, size


def measure(bench: Bench, event_count: int) -> None:
    """Run all jobs, and print what they took."""
    results = Results(event_count)
    step("raw tables")
    next_day = write_raw_tables(bench.raw("full"), event_count)
    for size in ("quarter", "full"):
        build(bench, size, results)
    model_seconds = bench.model_seconds("full")
    for key in PEERS:
        measure_peer(bench, key, results)
    step("bare scan (c)")
    results.add("c", "full", bench.sql(SCAN.format(raw=bench.raw("full"))))
    step("data tests of all events")
    results.add("tests", "full", bench.test("full"))
    step("build after one more day (d)")
    bench.add_day("full", next_day)
    results.add("d", "full", bench.build("full"))

    print(report(results))
    print(slowest(model_seconds, bench.model_seconds("full")))
    if any(equal_count != count for count, equal_count in results.agreements.values()):
        sys.exit("error: a peer and the mart differ: the ratios mean nothing")


def step(name: str) -> None:
    """Say what is done next."""
    print(f"\n--- {name}", flush=True)


def build(bench: Bench, size: str, results: Results) -> None:
    """Build the marts of a size, and before it the raw tables if there are none."""
    if not bench.raw(size).exists():
        write_raw_tables(bench.raw(size), results.event_count // SIZES[size])
    step(f"build, size {size} ({BUILDS[size]})")
    results.add(BUILDS[size], size, bench.build(size))


def measure_peer(bench: Bench, key: str, results: Results) -> None:
    """Run a peer at the first size that is not too much for it, and compare it with the mart."""
    peer, full_build = PEERS[key], results.costs["a"]
    limit = Limit(PATIENCE * full_build.seconds, bytes_of(bench.memory))
    for size in sizes_to_try(peer, results):
        if BUILDS[size] not in results.costs:
            build(bench, size, results)
        step(f"{peer.name}, size {size} ({key})")
        if cost := bench.score(key, size, limit):
            results.add(key, size, cost)
            results.agreements[key] = bench.agreement(key, size)
            return
        print(f"more than {bench.memory} or {limit.seconds:.0f} seconds")


def sizes_to_try(peer: Peer, results: Results) -> list[str]:
    """All sizes, or those smaller than what the same peer did before."""
    sizes = list(SIZES)
    done = results.sizes.get(peer.growth_of)
    return sizes[sizes.index(done) + 1 :] if done else sizes


def bytes_of(memory: str) -> int:
    """A size of memory as DuckDB reads it."""
    with duckdb.connect() as connection:
        return connection.execute("select parse_formatted_bytes(?)", [memory]).fetchone()[0]


def report(results: Results) -> str:
    """The jobs and their ratios as two tables, and who agrees."""
    costs, sizes = results.costs, results.sizes
    names = {key: f"({key}) {peer.name}" for key, peer in PEERS.items()} | {
        key: f"({key}) full build" for key in BUILDS.values()
    }
    names |= {
        "c": "(c) bare scan of the columns read",
        "d": "(d) build after one more day",
        "tests": "data tests after (a)",
    }
    lines = ["", "| job | events | seconds | CPU seconds | peak memory |", "|---|---|---|---|---|"]
    for key in sorted(costs):
        cost = costs[key]
        lines.append(
            f"| {names[key]} | {results.event_count // SIZES[sizes[key]]:,} "
            f"| {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_gib:.2f} GiB |"
        )
    pairs = [("d", "a", 0.15), ("a", "e", 4), ("b", "c", None), ("s", "t", None)]
    # a peer beside the build of as many events
    pairs[:0] = [
        (BUILDS[sizes[key]], key, 3.5 if key == "b" else None) for key in PEERS if key in sizes
    ]
    lines += ["", "| ratio | of seconds | of CPU seconds | goal |", "|---|---|---|---|"]
    for one, other, goal in pairs:
        if one not in costs or other not in costs:
            continue
        ratio = costs[one].seconds / costs[other].seconds
        cpu_ratio = costs[one].cpu_seconds / costs[other].cpu_seconds
        lines.append(
            f"| {one} / {other} | {ratio:.2f} | {cpu_ratio:.2f} | {f'<= {goal}' if goal else ''} |"
        )
    per_million = costs["d"].cpu_seconds / (results.event_count / 1e6)
    lines += ["", f"One more day (d) takes {per_million:.2f} CPU seconds per million events.", ""]
    for key, (count, equal_count) in results.agreements.items():
        lines.append(f"({key}) and the mart agree on {equal_count} of {count} accounts.")
    missing = ", ".join(f"({key})" for key in PEERS if key not in costs)
    if missing:
        lines.append(f"More than the limit at every size: {missing}.")
    return "\n".join([*lines, ""])


def slowest(model_seconds: Mapping[str, float], day_seconds: Mapping[str, float]) -> str:
    """The slowest models of a full build as a table, beside the build after one more day."""
    lines = ["| model | (a) seconds | (d) seconds |", "|---|---|---|"]
    for name in list(model_seconds)[:SLOWEST]:
        lines.append(f"| {name} | {model_seconds[name]:.1f} | {day_seconds[name]:.1f} |")
    total, day_total = sum(model_seconds.values()), sum(day_seconds.values())
    return "\n".join([*lines, f"| all models, two at a time | {total:.1f} | {day_total:.1f} |"])


def bench(events: int, memory: str, threads: int, folder: Path | None) -> None:
    """Measure in a folder, which is kept if it is named."""
    if not find_spec("polars"):
        sys.exit(
            "error: polars is not installed; `make bench` installs what this command needs, "
            "and so does `pip install -r requirements-dev.lock`"
        )
    (PROJECT / "target").mkdir(exist_ok=True)
    place = (folder or Path(tempfile.mkdtemp(dir=PROJECT / "target"))).resolve()
    try:
        measure(Bench(place, memory, threads), events)
    finally:
        if not folder:
            shutil.rmtree(place)
