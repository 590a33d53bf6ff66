"""What a preview found, from the same functions as `pql preview`."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import streamlit as st

from pql.app.shared import COLOURS, chart, plain, show
from pql.commands.preview import (
    MOST_CAUSES,
    QUERIES,
    Sides,
    causes,
    changed_lines,
    is_qualified,
    mark,
    on_both,
    read_moves,
    versions_in_words,
)
from pql.database import Row, opened, rows
from pql.formatting import MOST_LINES, day, spaced
from pql.review.charts import table


def show_outcome(current: Path, proposed: Path) -> None:
    """Show, for each definition, who enters, who leaves and why."""
    with opened(current) as before, opened(proposed) as after:
        sides = (before, after)
        (as_of,) = rows(after, QUERIES["as_of"])
        st.caption(f"As of {day(as_of['as_of_date'])}.")
        versions = [
            {row["definition_id"]: row["definition_version"] for row in live}
            for live in on_both(sides, "live")
        ]
        same = []
        for definition_id in sorted(versions[0] | versions[1]):
            if not show_definition(sides, definition_id, versions):
                same.append(definition_id)
        if same:
            st.caption(plain(f"The same leads, today and in every week: {', '.join(same)}."))


def show_definition(sides: Sides, definition_id: str, versions: list[dict[str, int]]) -> bool:
    """Show what changes for one definition; return whether anything does."""
    counts = [found[0] for found in on_both(sides, "counts", definition_id=definition_id)]
    weeks = on_both(sides, "weeks", definition_id=definition_id)
    moves = read_moves(sides, definition_id)
    if not moves and counts[0] == counts[1] and weeks[0] == weeks[1]:
        return False
    st.markdown(f"#### {plain(definition_id)}")
    st.caption(plain(versions_in_words(definition_id, *versions)))
    for column, name in zip(st.columns(3), counts[0], strict=True):
        now, then = counts[0][name], counts[1][name]
        column.metric(
            spaced(name).capitalize(), f"{then:,}", f"{then - now:+,} against {now:,} now"
        )
    for is_entering, word in ((True, "enter"), (False, "leave")):
        movers = [move for move in moves if is_qualified(move[1]) is is_entering]
        st.markdown(f"**{len(movers):,} would {word}**")
        if movers:
            found = [moved(sides, definition_id, *move) for move in movers[:MOST_LINES]]
            show(found, ("name", "entity_id", "score", "why"), "")
            if len(movers) > MOST_LINES:
                st.caption(f"The first {MOST_LINES}.")
    draw_weeks(weeks)
    return True


def moved(sides: Sides, definition_id: str, before: Row | None, after: Row | None) -> Row:
    """Say of a lead who moves, and by what."""
    lead = after or before
    lines = changed_lines(sides, definition_id, lead["entity_id"])[:MOST_CAUSES]
    return {
        "name": lead["name"],
        "entity_id": lead["entity_id"],
        "score": mark(after),
        "why": "; ".join([*causes(before, after), *lines]),
    }


def draw_weeks(weeks: list[list[Row]]) -> None:
    """Draw how many became qualified in each week, on both sides."""
    found = [
        {**row, "config": config}
        for config, side in zip(("now", "then"), weeks, strict=True)
        for row in side[-26:]
    ]
    drawing = (
        alt.Chart(table(found))
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonthdate(week):O", title=None, axis=alt.Axis(format="%-d %b", grid=False)
            ),
            xOffset="config:N",
            y=alt.Y("entered:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "config:N",
                scale=alt.Scale(domain=["now", "then"], range=[COLOURS["grey"], COLOURS["blue"]]),
            ),
            tooltip=["week:T", "config:N", "entered:Q"],
        )
    )
    st.markdown("**Became qualified, by week**")
    chart(drawing, 220, "How many became qualified in each week, now and then")
