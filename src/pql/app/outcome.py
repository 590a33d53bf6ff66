"""What a preview found, from the same functions as `pql preview`."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import streamlit as st

from pql.app.shared import COLOURS, chart, plain, show
from pql.commands.preview import (
    MOST_CAUSES,
    QUERIES,
    HeldOut,
    Sides,
    causes,
    changed_lines,
    held_out,
    is_qualified,
    mark,
    on_both,
    read_held_out,
    read_moves,
    versions_in_words,
)
from pql.database import Row, opened, rows
from pql.formatting import MOST_LINES, day, spaced
from pql.review.charts import percent_axis, table, threshold_axis, threshold_mark


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
        same: list[str] = []
        for definition_id in sorted(versions[0] | versions[1]):
            if show_definition(sides, definition_id, versions):
                show_held_out(read_held_out(sides, definition_id, versions))
            else:
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
            spaced(name).capitalize(),
            f"{then:,}",
            f"{then - now:+,} against {now:,} now",
            delta_color="normal" if then != now else "off",
            delta_arrow="auto" if then != now else "off",
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


# --- on held-out dates ----------------------------------------------------------------------------


def show_held_out(sides: list[HeldOut]) -> None:
    """Show how the versions of both sides rank, and what other thresholds would give."""
    st.markdown("**On held-out dates**")
    evaluation = sides[1].evaluation or sides[0].evaluation
    if evaluation and evaluation["test_from"]:
        st.caption(
            f"{day(evaluation['test_from'])} to {day(evaluation['test_to'])}: weekly dates that "
            "nothing was learned from. In brackets: the interval that allows for chance."
        )
    heads = ("figure", "now", "then")
    found = [dict(zip(heads, row, strict=True)) for row in held_out(sides)]
    show(found, heads, "")
    top = max([float(row["score_threshold"]) for side in sides for row in side.curve], default=0)
    for column, words, side in zip(st.columns(2), ("Now", "Then"), sides, strict=True):
        with column:
            st.markdown(f"**Thresholds: {words.lower()}**")
            if side.curve:
                draw_curve(side, 1.05 * top, words)
            else:
                st.info("No curve: too little is known of this version on these dates.")
    if top:
        st.caption(
            "Blue: of the leads, the share that converts. Orange, dashed: of those who convert, "
            "the share that is a lead. The line down is the threshold of the version."
        )


def draw_curve(side: HeldOut, top: float, words: str) -> None:
    """Draw what each threshold of a version would give."""
    series = {"precision_share": "of the leads, convert", "recall_share": "of buyers, are leads"}
    lines = [
        {
            "score": row["score_threshold"],
            "series": named,
            "share": row[name],
            "leads": row["new_leads_per_week"],
        }
        for row in side.curve
        for name, named in series.items()
        if row[name] is not None
    ]
    names = list(series.values())
    base = alt.Chart(table(lines)).encode(
        x=threshold_axis(top),
        y=alt.Y("share:Q", title=None, axis=percent_axis(), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color(
            "series:N",
            legend=None,
            scale=alt.Scale(domain=names, range=[COLOURS["blue"], COLOURS["orange"]]),
        ),
        tooltip=[
            alt.Tooltip("score:Q", title="Threshold"),
            alt.Tooltip("share:Q", title="Share", format=".0%"),
            alt.Tooltip("series:N", title="Which"),
            alt.Tooltip("leads:Q", title="New leads a week"),
        ],
    )
    dashes = alt.Scale(domain=names, range=[[1, 0], [6, 3]])
    drawn = base.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash("series:N", legend=None, scale=dashes)
    )
    dots = base.mark_point(filled=True, size=36, opacity=1)
    today = float(side.today["score_threshold"]) if side.today else None
    chart(drawn + dots + threshold_mark(today), 220, f"What other thresholds would give: {words}")
