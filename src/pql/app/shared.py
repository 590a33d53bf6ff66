"""What the pages share: reading the last build, showing rows, and text that nobody has checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import altair as alt
import duckdb
import pandas as pd
import streamlit as st

from pql import queries
from pql.database import Row, opened, rows
from pql.errors import PqlError
from pql.formatting import spaced
from pql.project import database_path, short_path
from pql.review.charts import BLUE, CONFIG, GREEN, GREY, INK, ORANGE, PALE_GREEN, table

QUERIES = queries.read("app")
MOST_KINDS = 5
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])")
COLOURS = {
    "blue": BLUE,
    "orange": ORANGE,
    "green": GREEN,
    "grey": GREY,
    "ink": INK,
    "pale": PALE_GREEN,
}
# A table's own download would not be defused, and ours is beside it.
STYLE = """
<style>
[data-testid="stElementToolbar"] {display: none}
.block-container {max-width: 1280px; padding-top: 3rem; padding-bottom: 3rem}
[data-testid="stMetricValue"] {font-size: 1.6rem}
@media (max-width: 640px) {
.block-container {padding-left: 1rem; padding-right: 1rem}
.stMarkdown table {display: block; overflow-x: auto; font-size: 0.85rem}
.stMarkdown :is(th, td) {padding: 0.3rem 0.5rem}
:has(> .stElementContainer > .stMetric) {gap: 0.5rem 1.25rem}
/* a row of text becomes a card: each cell says what it is */
[class*="st-key-stacked"] thead {display: none}
[class*="st-key-stacked"] :is(table, tbody, tr, td) {display: block; width: 100%; border: 0}
[class*="st-key-stacked"] td {padding: 0.1rem 0; white-space: normal}
[class*="st-key-stacked"] td:first-child {font-weight: 600}
[class*="st-key-stacked"] td::before {opacity: 0.6}
[class*="st-key-stacked"] tr {padding: 0.7rem 0; border-bottom: 1px solid #e0e0e0}
}
</style>
"""
NAMES = {
    "definition_id": "definition",
    "definition_version": "version",
    "score_threshold": "threshold",
    "top_reasons": "why",
    "gap_to_qualify": "what is missing",
    "qualified_until": "until",
    "qualified_on": "since",
    "entity_id": "id",
    "is_qualified": "qualified",
}


# --- reading --------------------------------------------------------------------------------------


def read(name: str, **values: object) -> list[Row]:
    """Answer a query of the pages, once per build and values."""
    return answer(QUERIES[name], **values)


def answer(query: str, **values: object) -> list[Row]:
    """Answer a query, once per build and values."""
    held = HELD.get()
    at = (tuple(sorted(values.items())), str(database_path()), held.stamp)
    return _answer(held.connection, query, *at)


@st.cache_data(max_entries=500, show_spinner=False)
def _answer(
    _connection: duckdb.DuckDBPyConnection,
    query: str,
    values: tuple[tuple[str, object], ...],
    database: str,
    stamp: int,
) -> list[Row]:
    return rows(_connection, query, **dict(values))


def build_stamp() -> int:
    """Tell builds apart: a new one is another file in the place of the last."""
    try:
        return database_path().stat().st_mtime_ns
    except OSError:
        return 0


class Held(NamedTuple):
    """The database of a build, held open while a page is shown."""

    connection: duckdb.DuckDBPyConnection
    stamp: int


HELD: ContextVar[Held] = ContextVar("held")


@contextmanager
def one_build() -> Iterator[None]:
    """Hold the database of the last build open, so that all that is read is of that build."""
    stamp = build_stamp()
    with opened(database_path()) as connection:
        token = HELD.set(Held(connection, stamp))
        try:
            yield
        finally:
            HELD.reset(token)


def run(page: Callable[[], None]) -> None:
    """Show a page, or say in a line why it cannot be shown."""
    try:
        with one_build():
            page()
    except PqlError as error:
        st.error(plain(said(error)))
        if error.details:
            st.text(without_folders(error.details))


def said(error: PqlError) -> str:
    """Word an error for a page."""
    database = database_path()
    return without_folders(str(error).replace(str(short_path(database)), database.name))


def without_folders(text: str) -> str:
    """Name files of this machine by their names alone."""
    return re.sub(r"(?<![\w.])/(?:[\w.\-]+/)+", "", text)


# --- showing --------------------------------------------------------------------------------------


def plain(text: object, is_part: bool = False) -> str:
    """Write text from the product so that markdown shows it as it is.

    Args:
        text: what to write.
        is_part: whether the blanks around it are kept, as those between two parts of a text.
    """
    printable = re.sub(r"\s+", " ", str(text)) if is_part else " ".join(str(text).split())
    return SPECIAL.sub(r"\\\1", printable)


def frame(found: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Put rows into a table with plain heads; numbers that the database has exact as floats."""
    data = pd.DataFrame(
        [[row.get(name) for name in columns] for row in found], columns=list(columns)
    )
    for name in columns:
        known = data[name].dropna()
        if not known.empty and type(known.iloc[0]).__name__ == "Decimal":
            data[name] = data[name].astype(float)
    return data.rename(columns=head)


def head(name: str) -> str:
    """Name a column as a person would."""
    words = NAMES.get(name) or spaced(name.removeprefix("is_").removesuffix("_id"))
    return words[:1].upper() + words[1:]


def version_label(row: Row) -> str:
    """Name a version of a definition in a list to choose from, where no two may read alike."""
    return (
        f"{row['definition_name']} ({row['definition_id']}, version {row['definition_version']}, "
        f"{row['status']})"
    )


def metrics(values: Mapping[str, str], note: str | None = None) -> None:
    """Show a few figures side by side, on a narrow screen in as many lines as they need."""
    with st.container(horizontal=True, gap="medium"):
        for label, value in values.items():
            st.metric(label, value, help=note, width="content")


def show(found: Sequence[Row], columns: Sequence[str], empty: str, **options: Any) -> Any:
    """Show rows as a table, or say in words that there are none."""
    if not found:
        st.info(empty)
        return None
    return st.dataframe(frame(found, columns), hide_index=True, placeholder="", **options)


def defused(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula."""
    text = "" if value is None else str(value)
    if isinstance(value, str) and text.lstrip()[:1] in ("=", "+", "-", "@"):
        return f"'{text}"
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") else text


def as_csv(found: Sequence[Mapping[str, Any]]) -> bytes:
    """Write rows as CSV to download."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if found:
        writer.writerow(found[0])
        writer.writerows([defused(value) for value in row.values()] for row in found)
    return buffer.getvalue().encode("utf-8-sig")


def chart(drawing: alt.TopLevelMixin, height: int, alternative: str) -> None:
    """Draw a chart in the style of the review, as wide as the page."""
    style = {name: value for name, value in CONFIG.items() if name != "mark"}
    draw(drawing.properties(height=height).configure(**style), alternative)


def draw(drawing: alt.TopLevelMixin, alternative: str) -> None:
    """Draw a chart that has its style; our own need no check against Vega's schema, which is slow.

    Args:
        drawing: the chart.
        alternative: what it shows, for those who cannot see it.
    """
    spec = drawing.to_dict(validate=False)
    st.vega_lite_chart(spec=spec, width="stretch", theme=None, alt=alternative)


def bars_by_day(found: Sequence[Row], day: str, count: str, kind: str | None, label: str) -> None:
    """Draw how many of something there were on each day."""
    if kind:
        found = fewer_kinds(found, kind, count)
    encoding = {
        "x": alt.X(f"{day}:T", title=None, axis=alt.Axis(format="%-d %b %y", grid=False)),
        "y": alt.Y(f"sum({count}):Q", title=None),
        "tooltip": [
            alt.Tooltip(f"{day}:T", title="Day"),
            *([alt.Tooltip(f"{kind}:N", title=head(kind))] if kind else []),
            alt.Tooltip(f"sum({count}):Q", title=head(count), format=","),
        ],
    }
    if kind:
        encoding["color"] = alt.Color(
            f"{kind}:N",
            legend=alt.Legend(columns=3, orient="bottom", labelLimit=120),
            scale=alt.Scale(range=[BLUE, ORANGE, GREEN, "#cc79a7", "#e69f00", GREY]),
        )
    drawing = alt.Chart(table(found)).mark_bar(**({} if kind else {"color": BLUE}))
    chart(drawing.encode(**encoding), 240, label)


def fewer_kinds(found: Sequence[Row], kind: str, count: str) -> list[Row]:
    """Keep the most frequent kinds, as many as colours can be told apart, and unite the others."""
    sums: dict[str, int] = {}
    for row in found:
        sums[row[kind]] = sums.get(row[kind], 0) + int(row[count])
    kept = sorted(sums, key=lambda name: -sums[name])[:MOST_KINDS]
    return [row if row[kind] in kept else {**row, kind: "all others"} for row in found]
