"""What the page is made of: sections of blocks, each with its charts, its table and its marts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pql import formatting
from pql.review.charts import Picture


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
    said = VERDICTS.get(name, Verdict(formatting.spaced(name), "none"))
    return said if is_clear else said._replace(words=PROBABLE.get(name, f"probably {said.words}"))


class Cell(NamedTuple):
    """A value with its verdict, and in small print what is behind it."""

    value: str
    verdict: Verdict
    detail: str = ""


class Column(NamedTuple):
    """A column of a table: the name of its values, its head, and how it is written."""

    name: str
    label: str
    write: Callable[[Any], str] = formatting.text
    is_number: bool = False


class Table(NamedTuple):
    """Rows to be read; a stacked one shows each row as a card on a narrow screen."""

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    is_stacked: bool = True


class Key(NamedTuple):
    """What a colour and form of a chart stands for."""

    words: str
    form: str  # bar, line, dashes, hollow or band
    colour: str


class Block(NamedTuple):
    """One question of the review, and its answer.

    Args:
        title: the question, or what it is about.
        says: the answer in words.
        marts: where each number comes from.
        pictures: charts; their table is folded away beneath them.
        keys: what the colours of the charts stand for.
        table: the rows.
        note: what one must know to read it.
    """

    title: str
    says: str
    marts: Sequence[str]
    pictures: Sequence[Picture] = ()
    keys: Sequence[Key] = ()
    table: Table | None = None
    note: str = ""


class Section(NamedTuple):
    """Blocks under one heading, which are made when they are looked at."""

    anchor: str
    title: str
    says: Sequence[str]
    make: Callable[[], Sequence[Block | list[Block]]]

    @property
    def blocks(self) -> Sequence[Block | list[Block]]:
        """The blocks; those in a list stand beside each other where there is room."""
        return self.make()


def number_column(name: str, label: str, write: Callable[[Any], str] = formatting.number) -> Column:
    """Set numbers to the right."""
    return Column(name, label, write, is_number=True)


class Card(NamedTuple):
    """A definition in short."""

    title: str
    subtitle: str
    verdict: Verdict
    numbers: Sequence[tuple[str, str]]
    says: Sequence[str]
    marts: Sequence[str]
