"""Copy the live version of a definition, in every file of a config folder, as a draft to edit.

The files keep their form: quotes, line ends, separators, the order of columns, and every other row.
"""

from __future__ import annotations

from pathlib import Path

from pql.config_files import (
    VERSIONED_FILES,
    Table,
    config_files,
    definition_ids,
    nearest,
    read_table,
    with_copies,
    write_whole,
)
from pql.errors import PqlError
from pql.formatting import clean, counted
from pql.project import short_path


def choose_version(definitions: Table, definition_id: str) -> tuple[int, str, int]:
    """Return the version to copy, its status, and the number of the new one."""
    status_column, known = definitions.column("status"), definition_ids(definitions)
    if definition_id not in known:
        raise PqlError(
            f"{definitions.path}: no definition {clean(definition_id)}; "
            f"{nearest(definition_id, known)}"
        )
    statuses = {
        version: definitions.lines[place].value(status_column).lower()
        for place, version in definitions.numbers(definition_id).items()
    }
    if not statuses:
        raise PqlError(f"{definitions.path}: no version of {definition_id} is a whole number")
    live = [version for version, status in statuses.items() if status == "live"]
    source = max(live or statuses)
    return source, statuses[source], max(statuses) + 1


def new_version(definition_id: str, folder: Path) -> str:
    """Copy a version in every file that has rows of it, and say what was done."""
    config_files(folder)  # says what is wrong with a file before any of them is written
    definitions = read_table(folder / "definitions.csv")
    source, status, new = choose_version(definitions, definition_id)
    changed = {}
    for name in VERSIONED_FILES:
        if (folder / name).exists():
            table, count = with_copies(read_table(folder / name), definition_id, source, new)
            if count:
                changed[name] = (table, count)
    for name, (table, _) in changed.items():
        write_whole(folder / name, table.text().encode())
    files = [f"  {name}: {counted(count, 'row')}" for name, (_, count) in changed.items()]
    live = f"version {source} to retired and version {new} to live"
    if status != "live":
        live = f"version {new} to live"
    return "\n".join(
        [
            f"{definition_id} version {new} is a draft, copied from version {source} ({status}):",
            *files,
            f"Edit its rows in {short_path(folder.resolve())}. To put it to use, set the status of"
            f" {live}; `pql preview` shows, on a copy of the folder, what that would change.",
        ]
    )
