"""Data: what came in, what was left out and why, and what the last build did."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pql.app.shared import bars_by_day, head, metrics, plain, read, show
from pql.database import Row
from pql.dbt import CLOCK, COLOUR, DONE, log_path, target_path
from pql.formatting import day, spaced

WINDOWS = {"Last 30 days": 30, "Last 90 days": 90, "Last year": 365, "All": 100_000}
MOST_STEPS = 15
SINCE = ("state", "hours_old", "newest_row_at", "checked_at")
# What dbt prints at the end of a build.
RAN = re.compile(r"Finished running (?P<what>.+) in .*\((?P<seconds>[\d.]+)s\)")
ENDED = re.compile(
    r"Done\. PASS=(?P<pass>\d+) WARN=(?P<warn>\d+) ERROR=(?P<error>\d+) SKIP=(?P<skip>\d+)"
)
TROUBLE = re.compile(r"(Warning|Failure|\w+ Error) in \w+ \w+ \(")


def render() -> None:
    """Show the page."""
    st.title("Data")
    (as_of,) = read("as_of")
    if as_of["watermark_at"]:
        st.caption(
            f"The newest event that counts is of {day(as_of['watermark_at'].date())}, "
            f"{as_of['watermark_at']:%H:%M} UTC. Scores are of {day(as_of['as_of_date'])}: "
            "a feed that stands still ages nobody."
        )
    problems()
    sources()
    counts()
    rejects()
    coverage()
    last_build()


def problems() -> None:
    """List what is wrong with the config."""
    st.subheader("Config")
    show(
        read("config_problems"),
        ("severity", "file_name", "row_key", "column_name", "problem", "suggested_fix"),
        "Nothing is wrong with the config of the last build.",
    )


def counts() -> None:
    """Account for every raw event."""
    st.subheader("Events")
    (total,) = read("totals")
    metrics({head(name.removesuffix("_count")): f"{count or 0:,}" for name, count in total.items()})
    st.caption("Every raw event is accepted, a duplicate, rejected or forgotten on request.")
    back = WINDOWS[st.selectbox("Days", WINDOWS, index=1)]
    found = read("days", days_back=back)
    bars_by_day(long(found), "event_date", "events", "kind", "Events by day")
    with st.expander("By day"):
        show(
            found,
            ("event_date", "raw_count", "accepted_count", "duplicate_count", "rejected_count"),
            "No event yet.",
        )


def long(found: list[Row]) -> list[Row]:
    """Turn the counts of each day into a row per kind; days to come are left to the table."""
    (as_of,) = read("as_of")
    return [
        {"event_date": row["event_date"], "kind": kind, "events": row[f"{kind}_count"]}
        for row in found
        if row["event_date"] and row["event_date"] <= as_of["as_of_date"]
        for kind in ("accepted", "duplicate", "rejected")
        if row[f"{kind}_count"]
    ]


def rejects() -> None:
    """Show what was set aside, with samples."""
    st.subheader("Set aside")
    found = read("rejects")
    show(found, ("reason", "row_count", "first_on", "last_on"), "No event was set aside.")
    if found:
        reason = st.selectbox("Samples of", [row["reason"] for row in found], format_func=spaced)
        samples = read("reject_samples", reason=reason)
        show(samples, tuple(samples[0]) if samples else (), "No sample.")


def coverage() -> None:
    """Show signals that are not seen, events that nothing maps, and who is excluded."""
    st.subheader("Signals never seen, and events that no signal counts")
    show(
        read("coverage"),
        ("subject_type", "subject_id", "finding", "event_count", "event_share", "last_seen_on"),
        "Each signal is seen, and each frequent event is counted by one.",
    )
    st.subheader("Excluded")
    show(
        read("excluded"),
        ("entity_type", "reason", "entity_count", "example"),
        "Nobody is excluded.",
    )


# --- what ran -------------------------------------------------------------------------------------


def sources() -> None:
    """Say how fresh each source was when dbt last looked."""
    st.subheader("Sources")
    path = target_path() / "sources.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["results"]
    except FileNotFoundError:
        st.info("Nobody asked how fresh the sources are: `dbt source freshness` does.")
        return
    except (OSError, ValueError, KeyError):
        st.info(
            "What dbt wrote about the sources cannot be read: run `dbt source freshness` again."
        )
        return
    show([freshness(row) for row in found], ("source", *SINCE), "No source has a freshness.")
    st.caption("As dbt found them when it last looked; times are UTC.")


def freshness(result: dict[str, Any]) -> Row:
    """Say of a table of a source how old its newest row was."""
    seconds = result.get("max_loaded_at_time_ago_in_s")
    return {
        "source": ".".join(result["unique_id"].split(".")[-2:]),
        "state": result["status"],
        "hours_old": None if seconds is None else round(seconds / 3600, 1),
        "newest_row_at": moment(result.get("max_loaded_at")),
        "checked_at": moment(result.get("snapshotted_at")),
    }


def moment(text: str | None) -> datetime | None:
    """Read a time as dbt writes it, in UTC."""
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None, microsecond=0)


def last_build() -> None:
    """Say what the last build did, as far as `pql` ran it."""
    st.subheader("The last build")
    log = log_path("build")
    if not log.exists():
        st.info("No log of a build: `pql build` keeps one.")
        return
    text = log.read_text(errors="replace")
    lines = [CLOCK.sub("", COLOUR.sub("", line)) for line in text.splitlines()]
    ran, ended = (
        next(filter(None, map(pattern.match, reversed(lines))), None) for pattern in (RAN, ENDED)
    )
    if not (ran and ended):
        st.info("It is under way, or was stopped.")
    else:
        at = datetime.fromtimestamp(log.stat().st_mtime, UTC)
        metrics({"Took": took(float(ran["seconds"])), **counts_of(ended)})
        st.caption(f"{ran['what']}, done on {day(at.date())}, {at:%H:%M} UTC.")
        for line in filter(TROUBLE.match, lines):
            st.markdown(f":orange[▲] {plain(line.partition(' (')[0])}")
    steps = [
        {"step": found["name"], "seconds": float(found["seconds"])}
        for found in filter(None, map(DONE.match, lines))
    ]
    slowest = sorted(steps, key=lambda row: -row["seconds"])[:MOST_STEPS]
    with st.expander(f"The {len(slowest)} longest steps"):
        show(slowest, ("step", "seconds"), "No step was done.")


def took(seconds: float) -> str:
    """Write how long something took."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def counts_of(ended: re.Match[str]) -> dict[str, str]:
    """Count what went well and what did not."""
    words = {"pass": "Went well", "warn": "Warnings", "error": "Errors", "skip": "Skipped"}
    return {word: f"{int(ended[name]):,}" for name, word in words.items()}
