"""What people see: answers, progress and mistakes; with colours on a terminal alone."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console, RenderableType
from rich.highlighter import RegexHighlighter
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from rich.theme import Theme
from typer import rich_utils

from pql.formatting import clean, width

Answer = Sequence[RenderableType]


# --- streams --------------------------------------------------------------------------------------


class Unbroken(io.FileIO):
    """A file that swallows what nobody reads any more.

    Whoever reads a pipe may have seen enough, as `head` does: that must not end a build or a sync.
    """

    def write(self, data: bytes) -> int:
        """Write, at last into nothing."""
        try:
            return super().write(data)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return len(data)


def unbroken(stream: TextIO) -> TextIO:
    """Return a stream like a standard one that no broken pipe and no odd letter stops."""
    return io.TextIOWrapper(
        io.BufferedWriter(Unbroken(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.isatty(),
    )


def prepare() -> None:
    """Let nobody who reads stop output or errors, and let the help have no colours unasked."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is getattr(sys, f"__{name}__"):
            setattr(sys, name, unbroken(stream))
    rich_utils.FORCE_TERMINAL = None  # which typer sets on GitHub, where nobody asked for colours
    if os.environ.get("NO_COLOR"):
        rich_utils.COLOR_SYSTEM = None


# --- answers --------------------------------------------------------------------------------------


class Labels(RegexHighlighter):
    """The colours of what is labelled: points gained and lost, what holds and what does not."""

    base_style = "pql."
    highlights = (
        r"(?m)^ +(?P<good>yes|qualified|\+[\d.]+)  ",
        r"(?m)^ +(?P<bad>no|not qualified|-[\d.]+)  ",
    )


THEME = Theme({"pql.good": "green", "pql.bad": "yellow", "pql.heading": "bold"})


def console(stream: TextIO) -> Console:
    """Return a way to write to a stream: with colours if it is a terminal that wants them."""
    return Console(
        file=stream,
        width=width(),
        theme=THEME,
        highlighter=Labels(),
        markup=False,
        emoji=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )


def answer(parts: Answer | str) -> None:
    """Print what a command answers."""
    screen = console(sys.stdout)
    if not screen.is_terminal:
        sys.stdout.write(plain(parts))
        return
    for part in [parts] if isinstance(parts, str) else parts:
        # Lines are wrapped already, but for tables; a long word is the terminal's to break.
        screen.print(part, soft_wrap=not isinstance(part, Padding))


def plain(parts: Answer | str) -> str:
    """Write an answer as lines of plain text, with no blanks at their ends."""
    paper = io.StringIO()
    screen = Console(file=paper, width=width(), markup=False, emoji=False, highlight=False)
    for part in [parts] if isinstance(parts, str) else parts:
        screen.print(part, soft_wrap=not isinstance(part, Padding))
    return "".join(f"{line.rstrip()}\n" for line in paper.getvalue().splitlines())


def heading(text: str) -> Text:
    """Head what follows."""
    return Text(text, "bold")


def table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[str] = ()
) -> Padding:
    """Lay out rows in columns.

    Args:
        heads: the heads of the columns.
        rows: the cells, which may come from the product.
        numbers: the heads of the columns that are set to the right.
    """
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        grid.add_column(head, justify="right" if head in numbers else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else clean(cell) for cell in row))
    return Padding(grid, (0, 0, 0, 2))


# --- what is beside the answer --------------------------------------------------------------------


def errors() -> Console:
    """Return where what is no answer goes."""
    return console(sys.stderr)


def fail(text: str, details: str = "") -> None:
    """Say in one line what is wrong; what there is to know of it follows."""
    line = Text.assemble(("error:", "red"), " ", text)
    errors().print(line, *([details] if details else []), sep="\n", soft_wrap=True)


def note(text: str) -> None:
    """Say what is being done, where no progress is drawn."""
    errors().print(text, soft_wrap=True)


def progress(shown: bool) -> Progress:
    """Return a line that says what is being done, n of m, and for how long.

    It is drawn on a terminal alone.

    Args:
        shown: whether it is wanted at all.
    """
    screen = errors()
    return Progress(
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=screen,
        transient=True,
        disable=not (shown and screen.is_terminal),
    )
