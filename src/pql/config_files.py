"""Read and write the CSV files of config folders."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pql import project
from pql.errors import PqlError
from pql.formatting import counted

REQUIRED_CONFIG = ("signals.csv", "definitions.csv", "definition_rules.csv")
# Absent from a config folder, these have no rows: they name definitions, signals or entities.
EMPTY_CONFIG = ("fit_rules.csv", "category_caps.csv", "content_offers.csv", "overrides.csv")
# Absent from a config folder, these are the shipped ones.
SHARED_CONFIG = ("routing_rules.csv", "special_domains.csv")
CONFIG_FILES = (*REQUIRED_CONFIG, *EMPTY_CONFIG, *SHARED_CONFIG)
VERSIONED_FILES = ("definitions.csv", "definition_rules.csv", "fit_rules.csv", "category_caps.csv")
CONTRACT = "_config__seeds.yml"  # beside the shipped files
VARIABLES = "vars.yml"  # dbt vars that a config folder may bring along
BYTE_ORDER_MARK = "\ufeff"


# --- folders of config files ----------------------------------------------------------------------


def overlay_config(folder: Path, built: str) -> str:
    """Copy a config folder into the project, over the shipped one; return its path there.

    dbt overwrites the seeds of an absolute path, so it must not be given the folder itself. Builds
    of other databases have other copies, and never change each other's files. After an edit the
    copy is where it was: dbt, to which another path is another project, reads what changed alone.

    Args:
        folder: the config folder.
        built: names the database, of which there is one build at a time.
    """
    files = config_files(folder)
    own = os.path.abspath(folder)
    label = re.sub(r"[^a-z0-9]+", "_", Path(own).name.lower()).strip("_") or "config"
    both = hashlib.sha256(f"{own}\0{built}".encode()).hexdigest()
    copy = Path(".config") / f"{label}_{both[:12]}"
    (project.root() / copy).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_whole(project.root() / copy / name, data)
    return copy.as_posix()


def stated_variables(folder: Path | None) -> dict[str, Any]:
    """Read the dbt vars that a config folder brings along in vars.yml, if it does."""
    path = folder / VARIABLES if folder else None
    if not path or not path.exists():
        return {}
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise PqlError(f"{path}: cannot be read; {' '.join(str(error).split())}") from None
    if not isinstance(stated or {}, dict) or not isinstance(
        (stated or {}).get("sources", {}), dict
    ):
        raise PqlError(f"{path}: not vars; write it as 'sources: {{segment: {{schema: web}}}}'")
    return stated or {}


def config_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a complete config folder: the given ones over the shipped ones."""
    if not folder.is_dir():
        raise PqlError(f"{folder}: no such folder; name one that holds {REQUIRED_CONFIG[0]}")
    given = {
        path.name: path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv" and not path.name.startswith((".", "~"))
    }
    unknown = sorted(given.keys() - set(CONFIG_FILES))
    if unknown:
        suggestion = nearest(unknown[0], CONFIG_FILES)
        raise PqlError(f"{folder / unknown[0]}: not a config file; {suggestion}")
    for path in given.values():
        if path.is_symlink() and not path.exists():
            raise PqlError(f"{path}: leads nowhere; repair the link or remove it")
        if not path.is_file():
            raise PqlError(f"{path}: not a file; put the file itself there, or remove it")
    for name in REQUIRED_CONFIG:
        if name not in given:
            raise PqlError(f"{folder}: {name} is missing; a config folder must have it")

    files = {
        path.name: path.read_bytes()
        for path in sorted(project.shipped_config().iterdir())
        if path.is_file() and path.suffix != ".csv"
    }
    for name in CONFIG_FILES:
        shipped = (project.shipped_config() / name).read_bytes()
        if name in given:
            files[name] = plain_csv(given[name], columns_of(name))
        else:
            files[name] = to_csv([columns_of(name)]) if name in EMPTY_CONFIG else shipped
    return files


def columns_of(name: str) -> list[str]:
    """Return the columns of a config file, as its contract has them; dbt reads the same one."""
    return [column.name for column in contract_of(name)]


@dataclass(frozen=True)
class Column:
    """What a column of a config file is, as its contract says.

    Attributes:
        name: what it is called.
        description: what it means, and what a blank cell does.
        meta: its type, whether it is part of the key, what may stand in it.
    """

    name: str
    description: str
    meta: Mapping[str, Any]

    @property
    def is_key(self) -> bool:
        """Whether it is part of what names a row."""
        return bool(self.meta.get("key"))

    @property
    def choices(self) -> list[str]:
        """The words that may stand in it; none: anything, or what other rows are called."""
        if self.meta.get("type") == "boolean":
            return ["true", "false"]
        return [str(word) for word in self.meta.get("allowed", [])]


def contract_of(name: str) -> list[Column]:
    """Return what the contract says of the columns of a config file."""
    path = project.shipped_config() / CONTRACT
    return list(_contracts(path, path.stat().st_mtime_ns)[name])


@lru_cache(maxsize=2)
def _contracts(path: Path, _stamp: int) -> dict[str, list[Column]]:
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        f"{seed['name']}.csv": [
            Column(
                column["name"],
                " ".join(column.get("description", "").split()),
                column.get("config", {}).get("meta", {}),
            )
            for column in seed["columns"]
        ]
        for seed in contract["seeds"]
    }


def row_keys(name: str, rows: Iterable[Sequence[str]]) -> list[str]:
    """Name each row of a config file as problems name it, in lower case."""
    columns = contract_of(name)
    keys = []
    for row in rows:
        key = ""
        for column, cell in zip(columns, row, strict=True):
            if not column.is_key:
                continue
            said = cell.strip() or "?"
            if column.name == "version":
                number = whole_number(said)
                said = "?" if number is None else str(number)
            key += (" v" if column.name == "version" else " / ") * bool(key) + said.lower()
        keys.append(key)
    return keys


def read_rows(data: bytes) -> list[list[str]]:
    """Return the rows of a file as `config_files` returns it, without its header."""
    return list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]


def plain_csv(path: Path, columns: Sequence[str]) -> bytes:
    """Return a config file as plain CSV with just these columns, in this order.

    Spreadsheets save CSV in many ways: with a byte-order mark, semicolons or tabs, other line ends,
    and blank rows. All of them are read; a row of another length than the header is not.

    Args:
        path: the file.
        columns: those of the contract. A column that the file leaves out is blank in every row.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PqlError(f"{path}: cannot be read; {error.strerror}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PqlError(f"{path}, line {line}: not UTF-8; save it as 'CSV UTF-8'") from None
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        check_header(path, header, columns)
        rows = []
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise PqlError(
                    f"{path}, line {reader.line_num}: {counted(len(row), 'cell')} under "
                    f"{counted(len(header), 'column')}; put text that has a comma in double quotes"
                )
            cells = dict(zip(header, row, strict=True))
            rows.append([cells.get(column, "") for column in columns])
    except csv.Error as error:
        raise PqlError(
            f"{path}, line {reader.line_num}: {error}; close every double quote, "
            "and double those inside a text"
        ) from None
    return to_csv([columns, *rows])


def check_header(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a header with a column that is nameless, unknown, or there twice."""
    for number, name in enumerate(header, start=1):
        if not name:
            raise PqlError(f"{path}, line 1: column {number} has no name; name or remove it")
        if name not in columns:
            raise PqlError(f"{path}, line 1: unknown column {name}; {nearest(name, columns)}")
        if header.count(name) > 1:
            raise PqlError(f"{path}, line 1: the column {name} is there twice; remove one")
    if not header:
        raise PqlError(f"{path}, line 1: no header; the columns are {', '.join(columns)}")


def to_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows as CSV in the form that dbt reads best."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader at the same time sees all of it or none."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


def nearest(name: str, known: Sequence[str]) -> str:
    """Suggest what an unknown name may have been meant to be."""
    matches = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {matches[0]}?" if matches else f"known are {', '.join(known)}"


# --- one file, of which every character is kept ---------------------------------------------------


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
            raise PqlError(f"{self.path}: it has no column {name}; add it")
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
            raise PqlError(f"{path}, line {line}: close every double quote right before a comma")
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


def cells(table: Table, line: Line) -> dict[str, str]:
    """Return what a row says, by column."""
    header = table.lines[0]
    return {header.value(place): line.value(place) for place in range(len(header.cells))}


def with_row(table: Table, values: dict[str, str]) -> Table:
    """Add a row at the end; a column that the file does not have is left out."""
    names = cells(table, table.lines[0])
    for name in values:
        if values[name]:
            table.column(name)  # says which column to add
    lines = list(table.lines)
    if not lines[-1].end:
        lines[-1] = Line(lines[-1].cells, lines[0].end)
    lines.append(Line([quoted(values.get(name, ""), table) for name in names], lines[0].end))
    return Table(table.path, table.start, table.delimiter, lines)


def quoted(value: str, table: Table) -> str:
    """Write a value as a cell of a file, in quotes where it needs them."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=table.delimiter, lineterminator="").writerow([value, ""])
    return buffer.getvalue().removesuffix(table.delimiter)


def with_cells(table: Table, place: int, values: dict[str, str]) -> Table:
    """Change cells of a row; of columns that the file has."""
    lines = list(table.lines)
    line, known = lines[place], cells(table, table.lines[0])
    changed = list(line.cells)
    for name, value in values.items():
        if name in known:
            changed[table.column(name)] = quoted(value, table)
    lines[place] = Line(changed, line.end)
    return Table(table.path, table.start, table.delimiter, lines)


def without_rows(table: Table, places: Iterable[int]) -> Table:
    """Leave out rows."""
    left_out = set(places)
    lines = [line for place, line in enumerate(table.lines) if place not in left_out]
    return Table(table.path, table.start, table.delimiter, lines)


def definition_ids(definitions: Table) -> list[str]:
    """List the definitions of definitions.csv."""
    column = definitions.column("definition_id")
    return sorted({line.value(column) for line in definitions.lines[1:]} - {""})


def place_of(table: Table, definition_id: str, version: int) -> list[int]:
    """Return the rows of a version."""
    return [p for p, number_ in table.numbers(definition_id).items() if number_ == version]


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
