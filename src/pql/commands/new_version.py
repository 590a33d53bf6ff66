"""Copy the live version of a definition, in every file of a config folder, as a draft to edit.

The files keep their form: quotes, line ends, separators, the order of columns, and every other row.
"""

from __future__ import annotations

from pathlib import Path

from pql.config_files import VERSIONED_FILES, Table, config_files, nearest, read_table, write_whole
from pql.errors import PqlError
from pql.formatting import clean, counted
from pql.project import short_path


def choose_version(definitions: Table, definition_id: str) -> tuple[int, str, int]:
    """Return the version to copy, its status, and the number of the new one."""
    id_column, status_column = definitions.column("definition_id"), definitions.column("status")
    known = sorted({line.value(id_column) for line in definitions.lines[1:]} - {""})
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


def with_copies(table: Table, definition_id: str, source: int, new: int) -> tuple[Table, int]:
    """Add the rows of one version once more, as a new one, behind the definition's last row."""
    versions = table.numbers(definition_id)
    copied = [place for place, version in versions.items() if version == source]
    if not copied:
        return table, 0
    values = {table.column("version"): str(new)}
    if table.path.name == "definitions.csv":
        values[table.column("status")] = "draft"
    line_end = table.lines[0].end
    last = max(versions)
    copies = [table.lines[place].with_values(values, line_end) for place in copied]
    lines = list(table.lines)
    if not lines[last].end:
        lines[last] = lines[last].with_values({}, line_end)
        copies[-1] = copies[-1].with_values({}, "")
    lines[last + 1 : last + 1] = copies
    return Table(table.path, table.start, table.delimiter, lines), len(copied)


def new_version(definition_id: str, folder: Path) -> str:
    """Copy a version in every file that has rows of it, and say what was done."""
    if not definition_id:
        raise PqlError("name the definition: make new-version DEFINITION=<definition_id>")
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
            f" {live}; `make preview` shows, on a copy of the folder, what that would change.",
        ]
    )
