"""The demo as each vendor stores it, in columns with types, and what its views make of that."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from demo_as import Row, Tables, demo_tables, write_folder
from demo_events_as import layouts, part_of, time_of
from views import Views, build_views

# What each vendor has, and its options in `vars: sources`.
Vendors = Mapping[str, tuple[Tables, Mapping[str, Any]]]

VENDORS: Vendors = layouts(part_of(demo_tables(), one_in=32))
# A column is of the first kind whose form all of its cells have.
FORMS = {
    "json": r"[{\[].*",
    "whole number": r"-?\d{1,18}",
    "time": r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:\d\d)?",
    "truth": "true|false",
    "text": "(?s).*",
}
VIEWS = ("+path:models/sources", "--exclude", "path:seeds/demo", "path:seeds/config")


def kinds_of(rows: Sequence[Row]) -> dict[str, str]:
    """The columns of a table, and the kind of each."""
    return {
        name: next(kind for kind, form in FORMS.items() if all_match(form, name, rows))
        for name in dict.fromkeys(column for row in rows for column in row)
    }


def cell_of(row: Row, name: str) -> str | None:
    """A cell as text; what is empty is null."""
    return None if row.get(name) in (None, "") else str(row[name])


def all_match(form: str, name: str, rows: Sequence[Row]) -> bool:
    """Whether a column has cells, and all of them are of a form."""
    cells = [cell for row in rows if (cell := cell_of(row, name))]
    return bool(cells or form == FORMS["text"]) and all(re.fullmatch(form, cell) for cell in cells)


def variables(vendors: Vendors) -> str:
    """What says that each vendor has a schema of its name."""
    schemas = {vendor: {"schema": vendor} | options for vendor, (_, options) in vendors.items()}
    return json.dumps({"sources": schemas, "raw_tables": []})


def duckdb_views(folder: Path, vendors: Vendors) -> Views:
    """The views as DuckDB has them, of files."""
    folders = {vendor: {"path": vendor} | options for vendor, (_, options) in vendors.items()}
    for vendor, (tables, _) in vendors.items():
        write_folder(folder / vendor, {name: rows for name, rows in tables.items() if rows})
    return build_views(folder, variables={"raw_tables": []}, **folders)


def differing_views(ours: Views, theirs: Callable[[str], Iterable[Row]]) -> dict[str, Any]:
    """The views whose rows differ: how many on either side, and the first that are lacking."""
    assert any(ours.values())
    differing = {}
    for view, rows in ours.items():
        expected, found = Counter(map(plain, rows)), Counter(map(plain, theirs(view)))
        if lacking := expected - found or found - expected:
            differing[view] = found.total(), expected.total(), sorted(lacking)[:2]
    return differing


def plain(row: Row) -> str:
    """A row as text, whatever an engine calls the same time, number or object."""
    # GA4's is a hash of properties, in the engine's own spelling
    return str({name: plain_cell(cell) for name, cell in row.items() if name != "event_id"})


def plain_cell(cell: Any) -> str:
    """A cell likewise."""
    text = json.dumps(cell) if isinstance(cell, dict | list) else str(cell)
    if text.startswith("{"):
        found = {key: value for key, value in json.loads(text).items() if value is not None}
        return str({key: plain_cell(value) for key, value in sorted(found.items())})
    if time := time_of(text) if re.match(r"\d{4}-", text) else None:
        return time.isoformat()
    return str(float(text)) if re.fullmatch(r"-?\d+([.]\d+)?", text) else text
