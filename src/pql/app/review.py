"""Review: the parts of the page that `pql review` writes, of the last build."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence

import streamlit as st

from pql.app.shared import answer, build_stamp, draw, one_build, plain
from pql.project import database_path
from pql.review import components, marts, page
from pql.review.charts import WIDTHS
from pql.review.components import Block, Card, Table

TONES = {"good": "green", "look": "orange", "bad": "red", "none": "gray"}
MARKS = {"line": "●─", "dashes": "╌╌", "hollow": "○", "bar": "■", "band": "■"}
MOST_NUMBERS = 200  # rows of a table


def render() -> None:
    """Show the page."""
    st.title("Review")
    found = document(str(database_path()), build_stamp())
    st.caption(prose(found.subtitle))
    names = ["In short", *(section.title for section in found.sections)]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    chosen = left.selectbox("Part", range(len(names)), format_func=lambda place: names[place])
    right.download_button("Download as a page", html, "review.html", "text/html")
    if chosen == 0:
        st.markdown(prose(found.summary))
        for start in range(0, len(found.cards), 3):
            for column, card in zip(st.columns(3), found.cards[start : start + 3], strict=False):
                with column.container(border=True):
                    show_card(card)
        return
    section = found.sections[chosen - 1]
    for sentence in filter(None, section.says):
        st.markdown(prose(sentence))
    for item in section.blocks:
        if isinstance(item, list):
            for start in range(0, len(item), 2):
                for column, block in zip(st.columns(2), item[start : start + 2], strict=False):
                    with column:
                        show_figure(block)
        else:
            show_block(item)


@st.cache_resource(max_entries=2, show_spinner=False)
def document(database: str, stamp: int) -> page.Document:
    """Put together what the review says, once per build; a part is read when it is chosen."""
    return page.document(marts.Parts(answer))


@st.cache_data(max_entries=2, show_spinner="Drawing the charts")
def written(database: str, stamp: int) -> str:
    """Write the whole page, once per build."""
    return page.write(marts.Parts(answer))


def html() -> str:
    """Write the whole page, to download."""
    with one_build():
        return written(str(database_path()), build_stamp())


# --- the parts ------------------------------------------------------------------------------------


def show_card(card: Card) -> None:
    """Show a definition in short."""
    st.markdown(f"**{plain(card.title)}**  {chip(card.verdict)}")
    st.caption(plain(card.subtitle))
    for value, name in card.numbers:
        st.markdown(f"**{plain(value)}** {plain(name)}")
    for sentence in filter(None, card.says):
        st.markdown(prose(sentence))
    source(card.marts)


def show_block(block: Block) -> None:
    """Show a question, its answer, and the rows behind it."""
    if block.title:
        st.subheader(plain(block.title))
    st.markdown(prose(block.says))
    if block.table:
        show_table(block.table)
    if block.note:
        st.caption(prose(block.note))
    source(block.marts)


def show_figure(block: Block) -> None:
    """Show a question answered by a chart; its numbers are folded away."""
    st.markdown(f"##### {plain(block.title)}")
    st.markdown(prose(block.says))
    if block.keys:
        st.html(" &nbsp; ".join(key_html(key) for key in block.keys))
    for picture in block.pictures:
        draw(picture.chart(WIDTHS["narrow"]), picture.says)  # its labels fit any screen
    if block.note:
        st.caption(prose(block.note))
    if block.table:
        with st.expander("The numbers"):
            show_table(block.table)
    source(block.marts)


def show_table(table: Table) -> None:
    """Show rows as the page of the review words them."""
    heads = [plain(column.label) for column in table.columns]
    lines = [
        " | ".join(cell(column, row[column.name]) for column in table.columns)
        for row in table.rows[:MOST_NUMBERS]
    ]
    rule = " | ".join("---:" if column.is_number else "---" for column in table.columns)
    text = "\n".join(f"| {line} |" for line in (" | ".join(heads), rule, *lines))
    if not table.is_stacked:
        st.markdown(text)
        return
    key = f"stacked_{zlib.crc32(text.encode())}"
    labels = "".join(
        f".st-key-{key} td:nth-child({place})::before {{content: {css_text(f'{label}: ')}}}"
        for place, label in enumerate((column.label for column in table.columns), 1)
        if place > 1
    )
    st.html(f"<style>@media (max-width: 640px) {{{labels}}}</style>")
    with st.container(key=key):
        st.markdown(text)


def css_text(text: str) -> str:
    """Write a text for a style sheet, which it cannot end."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\3c ")


def cell(column: components.Column, value: object) -> str:
    """Write a cell: a value, a verdict, or a value with its verdict."""
    if isinstance(value, components.Verdict):
        return chip(value)
    if isinstance(value, components.Cell):
        detail = f" {prose(value.detail)}" if value.detail else ""
        return f"**{plain(value.value)}** {chip(value.verdict)}{detail}"
    return prose(column.write(value))


def chip(verdict: components.Verdict) -> str:
    """Write a verdict in the colour of its tone."""
    return f":{TONES[verdict.tone]}-badge[{plain(verdict.words)}]"


def prose(text: str) -> str:
    """Write text so that markdown shows it as it is; what stands in backticks as code."""
    parts = re.split(r"`([^`]+)`", text)
    return "".join(
        f"`{part}`" if place % 2 else plain(part, is_part=True) for place, part in enumerate(parts)
    )


def key_html(key: components.Key) -> str:
    """Say what a colour and form stands for; these words are ours."""
    mark = f'<span style="color: {key.colour}">{MARKS[key.form]}</span>'
    return f"{mark} {page.prose(key.words)}"


def source(names: Sequence[str]) -> None:
    """Name the marts that the numbers come from."""
    st.caption("from " + ", ".join(f"`{name}`" for name in names))
