"""What is shown beside a command's answer: progress on a terminal, and mistakes."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


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


def errors() -> Console:
    """Return where what is no answer goes; it has colours on a terminal alone."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def fail(text: str) -> None:
    """Say what is wrong."""
    errors().print(f"[red]error:[/] {escape(text)}")


def progress(shown: bool) -> Progress:
    """Return a line that says what is being done, n of m, and for how long.

    It is drawn on a terminal alone.

    Args:
        shown: whether it is wanted at all.
    """
    console = errors()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )
