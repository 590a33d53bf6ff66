"""The page about sources is true: what fills what is what the ymls and the views say.

Where it has changed, the failing test prints what to paste between the marks of the page.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from conftest import MODELS, PROJECT

from pql import raw, sources

PAGE = PROJECT / "docs" / "sources.md"
MARKS = ("<!-- what fills what -->\n", "<!-- end -->\n")
MOST_NAMES = 2


def test_the_page_says_what_fills_what() -> None:
    expected = "\n".join(tables()).strip("\n")
    text = PAGE.read_text()
    start, end = (text.index(mark) for mark in MARKS)
    assert text[start + len(MARKS[0]) : end].strip("\n") == expected, f"paste:\n\n{expected}"


def tables() -> Iterator[str]:
    """A table for each table of the raw contract that a vendor fills."""
    for table, columns in raw.raw_contract().columns.items():
        cells = {v: filled_cells(v, table) for v in sources.vendors() if view(v, table).exists()}
        if not cells:
            continue
        yield f"### {table}\n"
        yield f"| column | {' | '.join(cells)} |"
        yield "|---" * (len(cells) + 1) + "|"
        for column in columns:
            yield f"| {column} | {' | '.join(of.get(column, '') for of in cells.values())} |"
        yield ""


def view(vendor: str, table: str) -> Path:
    """The view by which a vendor fills a table."""
    return MODELS / "sources" / vendor / f"{vendor}__{table}.sql"


def filled_cells(vendor: str, table: str) -> dict[str, str]:
    """What each column that a view selects is read from."""
    sql = view(vendor, table).read_text()
    selected = sql[sql.rindex("\nselect\n") if "\nselect\n" in sql else 0 :].partition("\nfrom")[0]
    read = [t for t in sources.vendors()[vendor] if f"'{t.name}'" in sql]
    return {
        column: spelled(column, read)
        for column in raw.raw_contract().columns[table]
        if re.search(rf"(^|\s|[.]){column},?$", selected, re.MULTILINE)
    }


def spelled(column: str, read: list[sources.Table]) -> str:
    """The first spellings of a column, or that it is made of others."""
    found = [c for t in read for c in t.columns if c.name == column]
    if any(c.is_made and column == "properties" for c in found):
        return "the other columns"
    names = list(dict.fromkeys(name for c in found if not c.is_made for name in c.names))
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    return (shown + (", ..." if len(names) > MOST_NAMES else "")) or "made of others"


def test_the_feed_of_each_vendor_of_events_is_watched() -> None:
    for vendor in sources.vendors():
        if view(vendor, "events").exists() and vendor != "application":
            text = (MODELS / "sources" / vendor / f"_{vendor}__sources.yml").read_text()
            assert "freshness:" in text, vendor
            assert f"like '{vendor}:%'" in text
