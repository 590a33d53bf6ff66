"""Tell which columns of vendors' tables fill what, which are missing, and what that costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pql import sources
from pql.console import Answer, heading
from pql.formatting import clean

if TYPE_CHECKING:
    from pql.starter.events import Found

# What is lost where nothing fills a column of the raw contract; of a table, the contract says it.
COSTS = {
    "event_id": "rows sent twice are told only if they are the same in every cell",
    "received_at": "late rows can't be told: each counts as received when it was done",
    "anonymous_id": "what people do before they sign in is nobody's",
    "account_id": "accounts are known by their users' mail domains alone",
    "email": "people can't be found in the CRM, nor their company by its mail domain",
}
OF_EVENTS = ("event_id", "received_at", "anonymous_id")
MOST_SAMPLES = 100
LONGEST_SAMPLE = 300
HEAD = """# Where everything comes from

What `pql init` found; `vars.yml` beside this page says where it is, and a build with this config
folder reads it there. A column that is called otherwise is named there, under its source:
`columns: {users.job_title: position}`.
"""


def variables_file(data: sources.RawData) -> bytes:
    """Write the vars that say where raw data is."""
    text = yaml.safe_dump(data.variables, sort_keys=False, allow_unicode=True)
    comment = (
        "# Where raw data is, for `pql build --config`; it may as well stand in dbt_project.yml.\n"
    )
    return (comment + text).encode()


def summary(data: sources.RawData, folder: Path) -> Answer:
    """Say whose tables were found, and what is missing."""
    if not data.places:
        return []
    return [
        heading("What was found"),
        *(f"  {line}" for line in data.notices),
        *(f"  {line}" for line in missing(data)),
        f"  Which column fills what, and a sample of each event: {folder / 'mapping.md'}",
        "",
    ]


def missing(data: sources.RawData) -> list[str]:
    """Say what is missing of what matters, and what that costs."""
    lines = []
    for place in data.places:
        found = {True: {}, False: {}}
        for _, table, column, spelling in columns_of(place):
            is_event = any(other.name == "occurred_at" for other in table.columns)
            if is_event or column.name not in OF_EVENTS:
                found[bool(spelling)][column.name] = None
        acts: list[str] = []  # what no view of theirs makes of other columns, either
        if "events" in sources.filled_by()[place.vendor]:
            view = sources.sql_of(place.vendor, "events")
            acts = [
                name for name in OF_EVENTS if not re.search(rf"\b{name},?$", view, re.MULTILINE)
            ]
        lines += [
            f"{place.where}: no {name}: {COSTS[name]}"
            for name in dict.fromkeys([*acts, *found[False]])
            if name in COSTS and name not in found[True]
        ]
    lines += [
        f"no {table.name}: {table.meta['without']}"
        for table in sources.contract_tables()
        if "without" in table.meta and table.name not in data.tables()
    ]
    return lines


def columns_of(
    place: sources.Place,
) -> Iterator[tuple[str, sources.Table, sources.Column, str | None]]:
    """Give each column that is read of a place, and what it is read from; none if it is missing."""
    for table in sources.vendors()[place.vendor]:
        for name in table.found_in(place.layout):
            for column in table.columns:
                spelling = column.found_in(place.layout[name])
                yield name, table, column, "(made)" if column.is_made else spelling


def page(data: sources.RawData, found: Found) -> bytes:
    """Write the mapping page."""
    lines = [HEAD]
    for place in data.places:
        lines += [f"## {place.vendor}: {place.where}", ""]
        lines += ["| table | read as | column | read from |", "|---|---|---|---|"]
        lines += [
            row(name, table.name, column.name, spelling or f"missing: {', '.join(column.names)}")
            for name, table, column, spelling in columns_of(place)
        ]
        lines += [""]
    if lacking := missing(data):
        lines += ["## What is missing, and what that costs", ""]
        lines += [f"- {line}" for line in lacking] + [""]
    lines += ["## One sample of each event", ""]
    lines += ["| event | rows | done at | properties |", "|---|---|---|---|"]
    lines += [
        row(
            sample["event_name"],
            f"{sample['row_count']:,}",
            sample["occurred_at"] or "",
            (sample["properties"] or "")[:LONGEST_SAMPLE],
        )
        for sample in found.samples[:MOST_SAMPLES]
    ]
    rest = len(found.samples) - MOST_SAMPLES
    lines += [f"\n... and {rest:,} more names"] if rest > 0 else []
    return ("\n".join(lines) + "\n").encode()


def row(*cells: str) -> str:
    """Write a row of a table; nothing of what vendors sent is markup."""
    texts = [clean(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(text.replace('<', '&lt;') for text in texts)} |"
