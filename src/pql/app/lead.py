"""One lead: its score over time, what it is made of and lacks, who it is, and what comes next."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta

import altair as alt
import streamlit as st

from pql.app.shared import (
    COLOURS,
    answer,
    bars_by_day,
    chart,
    metrics,
    plain,
    read,
    show,
    version_label,
)
from pql.commands import explain
from pql.commands.explain import Standing, Subject
from pql.commands.show import next_steps
from pql.formatting import clean, day, plain_number
from pql.review.charts import table

MOST_DAYS = 400  # of the past, in the chart


def render() -> None:
    """Show the page."""
    st.title("One lead")
    if wanted := st.query_params.get("who"):
        st.session_state["who"] = wanted
        del st.query_params["who"]
    who = st.text_input(
        "Who",
        key="who",
        placeholder="An id, a mail address, a domain or an account's name",
    )
    if not who.strip():
        st.info("Name an account or a user, or pick one on the page Leads.")
        return
    kind, entity_id = find(who.strip())
    (as_of,) = read("as_of")
    on_day = as_of["as_of_date"]
    about(Subject(answer, kind, entity_id, on_day, on_day, is_rebuild=False))


def find(who: str) -> tuple[str, str]:
    """Find whom the reader means; `account:id`, as Leads says it, is no name to look for."""
    kind, _, entity_id = who.partition(":")
    if kind in ("account", "user") and answer(explain.QUERIES[kind], entity_id=entity_id):
        return kind, entity_id
    return explain.find(answer, who)


def about(subject: Subject) -> None:
    """Tell all about the subject."""
    (known,) = subject.read(explain.QUERIES[subject.entity_type])
    st.header(plain(known["name"] or subject.entity_id))
    st.caption(plain(f"{subject.entity_type} {subject.entity_id}"))
    stages = subject.read(explain.QUERIES["stage"])
    definitions = subject.read(explain.QUERIES["definitions"])
    if stages and definitions:
        qualified = {
            (row["definition_id"], row["definition_version"])
            for row in read(f"qualified_{subject.entity_type}", entity_id=subject.entity_id)
        }
        definitions.sort(key=lambda row: tuple(explain.version_of(row).values()) not in qualified)
        chosen = st.selectbox(
            "Definition",
            definitions,
            format_func=version_label,
        )
        score(subject, explain.read_standing(subject, chosen, stages[0]["stage"]))
    else:
        st.info("Not scored: it is excluded, had no accepted event, or no definition is about it.")
    identity(subject)
    events(subject)
    told(subject)


# --- the score ------------------------------------------------------------------------------------


def score(subject: Subject, standing: Standing) -> None:
    """Show the score over time, its sum, and what the definition asks for."""
    mark = standing.definition["score_threshold"]
    until = standing.lead["qualified_until"] if standing.lead else None
    no_end = "no end in sight" if standing.is_qualified else "-"
    metrics(
        {
            "Score": plain_number(standing.score) + (f" of {plain_number(mark)}" if mark else ""),
            "Qualified": "yes" if standing.is_qualified else "no",
            "Until, if nothing more happens": day(until) if until else no_end,
        }
    )
    if standing.lead and standing.is_qualified:
        for step in next_steps(standing.lead):
            st.text(clean(step))
    draw(subject, standing)
    left, right = st.columns([3, 2])
    with left:
        st.subheader("What the score is made of")
        lines(subject, standing)
    with right:
        st.subheader("What the definition asks for")
        for check in (*explain.eligibility(standing), *explain.merits(standing)):
            st.markdown(f"{':green[✓]' if check.holds else ':orange[✗]'}  {plain(check.text)}")
    st.subheader("What comes, if nothing more happens")
    coming = [period for period in standing.history if period["is_projected"]]
    show(
        [
            {
                "date": period["valid_from"],
                "score": period["score"],
                "is_qualified": period["is_qualified"],
                "what_changes": changes(standing).get(period["valid_from"], ""),
            }
            for period in coming[:50]
        ],
        ("date", "score", "is_qualified", "what_changes"),
        "Nothing: the score stays as it is.",
    )


def lines(subject: Subject, standing: Standing) -> None:
    """List every line of the sum with the evidence behind it."""
    version = explain.version_of(standing.definition)
    found = subject.read(explain.QUERIES["reasons"], **version)
    show(
        found,
        ("points", "reason", "value", "minimum", "awards", "is_met", "last_event_on", "rule_id"),
        "Nothing counts for it or against it: the sum is 0.",
    )
    if found:
        total = plain_number(sum(row["points"] for row in found))
        st.caption(f"In all {total}. A score is never below 0.")


def changes(standing: Standing) -> dict[date, str]:
    """Word what changed on each day, from the ledger."""
    found: dict[date, list[str]] = defaultdict(list)
    for change in standing.changes:
        name = explain.line_name(standing, change["source"], change["rule_id"])
        found[change["changed_on"]].append(f"{explain.signed(change['delta'])} {clean(name)}")
    return {on: "; ".join(parts) for on, parts in found.items()}


def draw(subject: Subject, standing: Standing) -> None:
    """Draw the score over time; the ledger of a day stands under the cursor."""
    first = max(standing.history[0]["valid_from"], subject.as_of_date - timedelta(days=MOST_DAYS))
    end = max(subject.as_of_date + timedelta(days=60), standing.history[-1]["valid_from"])
    why = changes(standing)
    steps = [
        {
            "from": max(period["valid_from"], first),
            "to": period["valid_to"] or end,
            "score": period["score"],
            "is_qualified": period["is_qualified"],
            "why": why.get(period["valid_from"], "as before"),
        }
        for period in standing.history
        if (period["valid_to"] or end) > first
    ]
    past = [step for step in steps if step["from"] <= subject.as_of_date]
    coming = [step for step in steps if step["from"] > subject.as_of_date]
    now = {"from": subject.as_of_date, "score": standing.score}
    when = alt.X("from:T", title=None, axis=alt.Axis(format="%-d %b %y", grid=False))
    height = alt.Y("score:Q", title="Score")
    spells = (
        alt.Chart(table([step for step in steps if step["is_qualified"]]))
        .mark_rect(color=COLOURS["pale"])
        .encode(x=when, x2="to:T")
    )
    line = {"color": COLOURS["blue"], "interpolate": "step-after", "strokeWidth": 2}
    before = alt.Chart(table([*past, now])).mark_line(**line).encode(x=when, y=height)
    last = {"from": end, "score": steps[-1]["score"]}
    after = (
        alt.Chart(table([now, *coming, last]))
        .mark_line(**line, strokeDash=[4, 4])
        .encode(x=when, y=height)
    )
    dots = (
        alt.Chart(table(steps))
        .mark_circle(color=COLOURS["blue"], size=70, opacity=1)
        .encode(
            x=when,
            y=height,
            tooltip=[
                alt.Tooltip("from:T", title="Day", format="%-d %B %Y"),
                alt.Tooltip("score:Q", title="Score"),
                alt.Tooltip("why:N", title="Changes"),
            ],
        )
    )
    marks = [{"threshold": standing.definition["score_threshold"]}]
    threshold = (
        alt.Chart(table(marks if marks[0]["threshold"] is not None else []))
        .mark_rule(color=COLOURS["ink"], strokeDash=[6, 3])
        .encode(y="threshold:Q")
    )
    today = (
        alt.Chart(table([{"from": subject.as_of_date}]))
        .mark_rule(color=COLOURS["grey"])
        .encode(x=when)
    )
    chart(spells + threshold + today + before + after + dots, 280, "The score over time")
    st.caption(
        "Shaded: qualified. Dashed across: the threshold. The line down is the last day counted; "
        "what is dashed after it comes if nothing more happens."
    )


# --- who, what and what was said ------------------------------------------------------------------


def identity(subject: Subject) -> None:
    """Show who it is, which ids lead to it, and who else there is."""
    st.subheader("Who")
    known = [
        re.split(r"\s{2,}", line.strip(), maxsplit=1)
        for line in explain.identity_lines(subject)[1:]
    ]
    for label, value in (pair for pair in known if len(pair) == 2):
        st.markdown(f"**{plain(label)}**  {plain(value)}")
    if subject.entity_type == "account":
        people = read("people", entity_id=subject.entity_id)
        show(
            people,
            (
                "user_id",
                "email",
                "job_title",
                "is_in_buying_group",
                "is_champion",
                "is_decision_maker",
                "contact_status",
                "active_days_28d",
                "exclusion_reason",
            ),
            "No user of this account is known.",
        )


def events(subject: Subject) -> None:
    """Show its events by day, and those set aside."""
    st.subheader("Events by day")
    found = read("events_by_day", entity_type=subject.entity_type, entity_id=subject.entity_id)
    if found:
        bars_by_day(found, "event_date", "event_count", "event_name", "Events by day")
    else:
        st.info("No accepted event.")
    if aside := subject.read(explain.QUERIES["set_aside"]):
        st.caption("Set aside, and so not counted:")
        show(aside, ("reason", "row_count", "first_on", "last_on"), "")


def told(subject: Subject) -> None:
    """Show what was published of it, and what the CRM is told."""
    mine = {"entity_type": subject.entity_type, "entity_id": subject.entity_id}
    st.subheader("What the CRM is told")
    show(
        read(f"synced_{subject.entity_type}", entity_id=subject.entity_id),
        ("status", "definition", "tier", "motion", "owner", "score", "reason", "sync_changed_at"),
        "Nothing: it has no row to sync.",
    )
    st.subheader("What was published")
    show(
        read("published", **mine),
        ("as_of_date", "definition_id", "change", "score", "top_reasons", "published_at"),
        "Nothing was published about it yet.",
    )
