"""Say numbers, dates and lists in plain English, and lay out lines of text."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Number = Decimal | float | int

NOTHING = "-"
LABEL_WIDTH = 13
MOST_LINES = 20


def spaced(name: str) -> str:
    """Write a name of a mart as words."""
    return name.replace("_", " ")


def number(value: Number | None, places: int = 1) -> str:
    """Write a number without idle zeros: 1,250, 62.5."""
    if value is None:
        return NOTHING
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Number | None) -> str:
    """Write a share: 34%, or 0.4% where it is small."""
    if value is None:
        return NOTHING
    share = 100 * value
    return f"{share:.1f}%" if 0 < share < 1 else f"{share:.0f}%"


def with_interval(row: Mapping[str, Any], name: str) -> str:
    """Write a share with its interval: 24% (14 to 35%)."""
    if row[name] is None:
        return NOTHING
    low, high = (percent(row[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{percent(row[name])} ({low.removesuffix('%')} to {high})"


def day(value: date | None) -> str:
    """Write a date: 30 June 2026."""
    return NOTHING if value is None else f"{value.day} {value:%B %Y}"


def text(value: Any) -> str:
    """Write any value of a cell."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, Number) else str(value)


def counted(count: int, noun: str, plural: str = "") -> str:
    """Say how many of something there are: 1 lead, 2 leads."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Join parts of a sentence: a, b and c."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def part_of(count: int, total: int) -> str:
    """Say a share with what it is made of: 12 of 35 (34%)."""
    return f"{count:,} of {total:,} ({percent(count / total)})" if total else "none yet"


def clean(text: object) -> str:
    """Return text from the product as one line that cannot steer the terminal."""
    printable = (
        " " if unicodedata.category(character).startswith("C") else character
        for character in str(text)
    )
    return " ".join("".join(printable).split())


def plain_number(value: Decimal | float | int) -> str:
    """Write a number for a terminal or a file, without idle zeros: 1250, 62.5."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def width() -> int:
    """Return how wide a line may be."""
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def entry(label: str, text: object, align: str = "<") -> str:
    """Lay out a label and its text, which may need several lines; both may come from the product.

    Args:
        label: what stands before the text.
        text: what may be wrapped.
        align: where the label stands in its column: < (left) or > (right, for numbers).
    """
    return textwrap.fill(
        clean(text),
        width(),
        initial_indent=f"  {clean(label):{align}{LABEL_WIDTH}}  ",
        subsequent_indent=" " * (LABEL_WIDTH + 4),
        break_on_hyphens=False,
    )


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write each row as one line, its cells in columns as wide as the longest of them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def shortened(lines: Sequence[str], noun: str, total: int | None = None) -> list[str]:
    """Keep the first lines, and say how many more there are.

    Args:
        lines: all lines, or more than are kept.
        noun: what a line is about.
        total: how many lines there would be, where not all are given.
    """
    return [*lines[:MOST_LINES], *more((total or len(lines)) - MOST_LINES, noun)]


def more(rest: int, noun: str) -> list[str]:
    """Say how many more there are of something, if there are any."""
    return [f"    ... and {counted(rest, f'more {noun}')}"] if rest > 0 else []
