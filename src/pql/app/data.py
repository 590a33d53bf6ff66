"""Data: what came in, what was left out and why, and what the last build did."""

from __future__ import annotations

import streamlit as st

from pql.app.shared import bars_by_day, head, read, show
from pql.database import Row
from pql.dbt import DONE, log_path, where_the_time_went
from pql.formatting import day, listed, spaced

WINDOWS = {"Last 30 days": 30, "Last 90 days": 90, "Last year": 365, "All": 100_000}


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
    columns = st.columns(5)
    for column, (name, count) in zip(columns, total.items(), strict=True):
        column.metric(head(name.removesuffix("_count")), f"{count or 0:,}")
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


def last_build() -> None:
    """Say what the last build did, as far as `pql` ran it."""
    st.subheader("The last build")
    log = log_path("build")
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    plain = [line.partition("  ")[2] or line for line in lines]
    steps = [found for found in map(DONE.match, plain) if found]
    if not steps:
        st.info("No log of a build: `pql build` keeps one.")
        return
    took = [{"step": found["name"], "seconds": float(found["seconds"])} for found in steps]
    st.text(where_the_time_went(plain, sum(row["seconds"] for row in took)))
    slowest = sorted(took, key=lambda row: -row["seconds"])[:15]
    with st.expander(listed([f"The {len(slowest)} longest steps"])):
        show(slowest, ("step", "seconds"), "")
