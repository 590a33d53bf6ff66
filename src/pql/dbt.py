"""Run dbt as a child that ends with us, keep what it prints, and say what matters of it."""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pql import console, project
from pql.errors import FailedError, PqlError

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CLOCK = re.compile(r"^\d\d:\d\d:\d\d  ?")
STEP = re.compile(
    r"^(?P<number>\d+) of (?P<total>\d+) START (?!hook).*?(?P<name>\w+) ?\.* ?\[RUN\]"
)
DONE = re.compile(
    r"^\d+ of \d+ (OK|PASS|WARN)\b.*? (?P<name>[\w.]+) \.* ?\[.* in (?P<seconds>[\d.]+)s\]"
)
# What print_config_problems prints begins and ends so.
FIRST_LINE, LAST_LINE = "To fix in the configuration", "warnings: "
FAILURE = re.compile(
    r"^(Failure|(Runtime|Compilation|Database|Parsing) Error) in (model|test|seed|\w+) "
)
MOST_FAILURES = 3
PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>


def end_with_parent() -> None:
    """Ask the system to end this process when its parent ends, even by kill -9 (Linux alone)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def ending_together(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the child when this process is told to end: it would go on, and hold the lock."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return

    def end(number: int, _frame: object) -> None:
        child.terminate()
        child.wait()
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_dbt(
    arguments: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    log: Path,
    show: str,
    lock: int | None = None,
) -> tuple[int, list[str]]:
    """Run dbt, and return its exit code and what it printed, without colours and times of day.

    Args:
        arguments: dbt's command and options.
        folder: the project.
        env: all environment variables.
        log: the file that keeps what dbt prints.
        show: ``all`` of it as it comes, a ``line`` of progress (on a terminal), or ``nothing``.
        lock: a file descriptor that dbt holds open, too.

    Raises:
        FileNotFoundError: dbt is not installed beside this Python.
    """
    command = [str(Path(sys.executable).with_name("dbt")), *arguments]
    lines = []
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("wb") as kept,
        subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[] if lock is None else [lock],
            preexec_fn=end_with_parent,
        ) as child,
        ending_together(child),
        console.progress(show == "line") as progress,
    ):
        task = progress.add_task("reading the project", total=None)
        for line in child.stdout:
            kept.write(line)
            if show == "all":
                sys.stdout.buffer.write(line)
                sys.stdout.buffer.flush()
            text = COLOUR.sub("", line.decode(errors="replace")).rstrip("\n")
            lines.append(CLOCK.sub("", text))
            if step := STEP.match(lines[-1]):
                number, total = int(step["number"]), int(step["total"])
                said = f"{number} of {total}: {step['name']}"
                progress.update(task, description=said, total=total, completed=number - 1)
    return child.returncode, lines


def what_to_do(lines: Sequence[str], failed: bool) -> list[str]:
    """Pick from what dbt printed what a person has to read: what to fix, and what broke.

    Args:
        lines: what dbt printed.
        failed: whether it failed; where nothing says why, the end of it all is returned.
    """
    problems: list[str] = []
    if starts := [n for n, line in enumerate(lines) if line.startswith(FIRST_LINE)]:
        rest = lines[starts[0] :]
        ends = [n for n, line in enumerate(rest) if line.startswith(LAST_LINE)]
        problems = rest[: ends[0] + 1] if ends else rest
    if not failed:
        return problems
    said = "\n".join(problems)
    broken: list[list[str]] = []
    for number, line in enumerate(lines):
        name = (
            line.split(" in ", 1)[1].split()[1] if FAILURE.match(line) else "config_has_no_errors"
        )
        if name != "config_has_no_errors" and f"error: {name}\n" not in said:
            rest = lines[number:]
            end = next((n for n, text in enumerate(rest) if not text.strip()), len(rest))
            broken.append(["", *rest[:end]])
    broken_lines = [text for failure in broken[:MOST_FAILURES] for text in failure]
    if len(broken) > MOST_FAILURES:
        broken_lines += ["", f"... and {len(broken) - MOST_FAILURES} more failed"]
    last = [line for line in lines if line.strip()][-30:]
    crashed = any(line.startswith("Traceback") for line in lines)
    return [*problems, *broken_lines] or last[-1 if crashed else -30 :]


def dbt_build(
    variables: dict[str, Any],
    selector: str,
    full_refresh: bool,
    show: str,
    lock: int | None = None,
    target: str = "",
    select: Sequence[str] = (),
    **env: str,
) -> tuple[int, str]:
    """Run ``dbt build`` in the project; return dbt's exit code, and what a person has to read.

    Args:
        variables: vars over those of dbt_project.yml.
        selector: the part to build, as selectors.yml names it; blank: everything.
        full_refresh: whether incremental models start afresh.
        show: see ``run_dbt``.
        lock: a file descriptor that dbt holds open, too.
        target: a target of the profile; blank: its default.
        select: the nodes to build, in dbt's words; none: the part that the selector names.
        env: environment variables over those of this process.
    """
    start = time.monotonic()
    command = ["build", "--profiles-dir", "."]
    if variables:
        command += ["--vars", json.dumps(variables)]
    if target:
        command += ["--target", target]
    if select:
        command += ["--select", *select, "--exclude", "test_type:unit"]
    elif selector:
        command += ["--selector", selector]
    if selector == "hourly":
        # dbt writes its manifest twice, 7 MB each: the one of the last longer build will do
        command.append("--no-write-json")
    if full_refresh:
        command.append("--full-refresh")
    own = os.environ | env
    try:
        returncode, lines = run_dbt(command, project.root(), own, log_path("build"), show, lock)
    except FileNotFoundError:
        raise PqlError(
            f"there is no dbt beside {sys.executable}; run `make build`, or install "
            "requirements.txt there"
        ) from None
    said = what_to_do(lines, failed=bool(returncode))
    if not returncode:
        said.append(where_the_time_went(lines, time.monotonic() - start))
    return returncode, "\n".join(said)


def log_path(command: str) -> Path:
    """Return the file that keeps what dbt prints for a command."""
    return Path(os.environ.get("DBT_LOG_PATH") or project.root() / "logs") / f"{command}.log"


def target_path() -> Path:
    """Return the folder of what dbt leaves for others to read."""
    return Path(os.environ.get("DBT_TARGET_PATH") or project.root() / "target")


def where_the_time_went(lines: Sequence[str], seconds: float) -> str:
    """Say how long a build took, and what of it took longest.

    Args:
        lines: what dbt printed.
        seconds: how long all of it took.
    """
    took = [(float(done["seconds"]), done["name"]) for done in map(DONE.match, lines) if done]
    longest = ", ".join(f"{name} {spent:.1f} s" for spent, name in sorted(took)[:-4:-1])
    return f"Built in {seconds:.0f} s: {len(took):,} steps; the longest: {longest or 'none'}"


def write_docs() -> str:
    """Write dbt's documentation as one page, and say where it is."""
    log = log_path("docs")
    command = ["docs", "generate", "--static", "--profiles-dir", "."]
    returncode, lines = run_dbt(command, project.root(), os.environ, log, "line")
    if returncode:
        raise FailedError(
            f"the documentation is not written; what dbt printed is in {log}",
            "\n".join(what_to_do(lines, failed=True)),
        )
    return f"{project.short_path(target_path() / 'static_index.html')}: open it in a browser"
