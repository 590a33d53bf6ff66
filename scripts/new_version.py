"""Copy the live version of a definition, in every file of a config folder, as a draft to edit.

The files keep their form: quotes, line ends, separators, the order of columns, and every other row.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path

from build import SHIPPED_CONFIG, BuildError, config_files, nearest, write_whole
from report import counted, run, short_path
from show import clean

VERSIONED_FILES = ("definitions.csv", "definition_rules.csv", "fit_rules.csv", "category_caps.csv")
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Line:
    """One row of a CSV file, each cell just as it is written."""

    cells: list[str]
    end: str

    def value(self, position: int) -> str:
        """Return what a cell says, without its quotes and the blanks around it."""
        cell = self.cells[position] if position < len(self.cells) else ""
        return (cell[1:-1].replace('""', '"') if cell.startswith('"') else cell).strip()

    def with_values(self, values: dict[int, str], end: str) -> Line:
        """Return a copy with other values, in quotes where the old ones are."""
        cells = list(self.cells)
        for position, value in values.items():
            cells[position] = f'"{value}"' if cells[position].startswith('"') else value
        return Line(cells, end)


@dataclass(frozen=True)
class Table:
    """A CSV file of which every character is kept."""

    path: Path
    start: str  # the byte-order mark, if there is one
    delimiter: str
    lines: list[Line]

    def column(self, name: str) -> int:
        """Return the position of a column."""
        header = [self.lines[0].value(position) for position in range(len(self.lines[0].cells))]
        if name not in header:
            raise BuildError(f"{self.path}: it has no column {name}; add it")
        return header.index(name)

    def numbers(self, definition_id: str) -> dict[int, int]:
        """Return the version of each row of a definition, by the row's place in the file."""
        id_column, version_column = self.column("definition_id"), self.column("version")
        versions = {
            place: whole_number(line.value(version_column))
            for place, line in enumerate(self.lines)
            if place and line.value(id_column) == definition_id
        }
        return {place: version for place, version in versions.items() if version is not None}

    def text(self) -> str:
        """Write the file."""
        return self.start + "".join(
            self.delimiter.join(line.cells) + line.end for line in self.lines
        )


def read_table(path: Path) -> Table:
    """Split a CSV file that is known to be well-formed into lines and cells."""
    text = path.read_bytes().decode("utf-8")
    start = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    text = text.removeprefix(start)
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    cell = re.compile(rf'("(?:[^"]|"")*"|[^{delimiter}\r\n]*)({delimiter}|\r\n|\r|\n|\Z)')
    lines, cells, position = [], [], 0
    while position < len(text) or cells:
        found = cell.match(text, position)
        if not found:
            line = text.count("\n", 0, position) + 1
            raise BuildError(f"{path}, line {line}: close every double quote right before a comma")
        cells.append(found[1])
        position = found.end()
        if found[2] != delimiter:
            lines.append(Line(cells, found[2]))
            cells = []
    return Table(path, start, delimiter, lines)


def whole_number(text: str) -> int | None:
    """Read a version; None where it is not one."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return int(number) if number.is_finite() and number == int(number) else None


def choose_version(definitions: Table, definition_id: str) -> tuple[int, str, int]:
    """Return the version to copy, its status, and the number of the new one."""
    id_column, status_column = definitions.column("definition_id"), definitions.column("status")
    known = sorted({line.value(id_column) for line in definitions.lines[1:]} - {""})
    if definition_id not in known:
        raise BuildError(
            f"{definitions.path}: no definition {clean(definition_id)}; "
            f"{nearest(definition_id, known)}"
        )
    statuses = {
        version: definitions.lines[place].value(status_column).lower()
        for place, version in definitions.numbers(definition_id).items()
    }
    if not statuses:
        raise BuildError(f"{definitions.path}: no version of {definition_id} is a whole number")
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
        raise BuildError("name the definition: make new-version DEFINITION=<definition_id>")
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 2 for a mistake in what was given."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--definition", default="", metavar="ID", help="the definition_id")
    parser.add_argument(
        "--config", type=Path, default=SHIPPED_CONFIG, metavar="DIR", help="the config folder"
    )
    arguments = parser.parse_args(argv)
    return run(partial(new_version, arguments.definition.strip(), arguments.config))


if __name__ == "__main__":
    sys.exit(main())
