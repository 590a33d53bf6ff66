"""Say numbers, dates and verdicts in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

Number = Decimal | float | int

NOTHING = "-"


class Verdict(NamedTuple):
    """A verdict in words, and its tone: good, look, bad or none."""

    words: str
    tone: str


VERDICTS = {
    "ok": Verdict("fine", "good"),
    "attention": Verdict("deserves a look", "look"),
    "too_tight": Verdict("too tight", "bad"),
    "too_loose": Verdict("too loose", "bad"),
    "not_enough_data": Verdict("too early to tell", "none"),
}
# Where the interval of a value leaves the verdict open.
PROBABLE = {"attention": "may deserve a look"}


def verdict(name: str, is_clear: bool = True) -> Verdict:
    """Put a verdict of a mart into words."""
    said = VERDICTS.get(name, Verdict(spaced(name), "none"))
    return said if is_clear else said._replace(words=PROBABLE.get(name, f"probably {said.words}"))


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
