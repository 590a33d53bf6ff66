"""What a folder of raw tables holds, looked at before anything is built.

No form is guessed: a file is what its name says, and each is read once, as strictly as dbt will
read it (macros/raw/files.sql). What cannot be read whole is refused here by file and line.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import duckdb
import yaml

from pql import project
from pql.database import in_memory, quoted, reason, rows
from pql.errors import PqlError
from pql.formatting import counted

CONTRACT = Path("models", "staging", "_staging__sources.yml")  # in the project

FORMS = {
    "csv": re.compile(r"[.]csv([.]gz)?$", re.IGNORECASE),
    "json": re.compile(r"[.](jsonl|ndjson)([.]gz)?$", re.IGNORECASE),
    "parquet": re.compile(r"[.]parquet$", re.IGNORECASE),
}
READABLE = ".csv, .jsonl, .ndjson (each also .gz) or .parquet"
# Hidden files, what tools leave beside data (._users.csv, _SUCCESS, ~$users.xlsx), and read-me's.
LEFT_OUT = re.compile(r"[._~]|readme\b|(thumbs[.]db|desktop[.]ini)$", re.IGNORECASE)
DEEPEST = 8  # folders below the raw folder, as dbt looks

CSV_FORM = (
    "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', skip = 0, "
    # an empty cell too many would pass as a null
    "comment = '', nullstr = '(no cell is null)', strict_mode = true, null_padding = false, "
    "ignore_errors = false, max_line_size = 16777216"
)
LONGEST_LINE = 16 * 2**20
csv.field_size_limit(2**31 - 1)


class BrokenLineError(Exception):
    """A line that cannot be read; its text says which, why, and how to fix it."""


@dataclass(frozen=True)
class RawFolder:
    """A raw folder that can be read whole.

    Attributes:
        tables: the tables of the contract that it holds, in the contract's order.
        notices: a line that names what else is in it, if anything.
        files: the files of each table.
    """

    tables: list[str]
    notices: list[str]
    files: dict[str, list[Path]] = field(repr=False)


@dataclass(frozen=True)
class Contract:
    """The raw tables, as the sources yml names them, with their columns."""

    columns: dict[str, list[str]]
    required: list[str]


def raw_contract() -> Contract:
    """Read which raw tables there are."""
    tables = yaml.safe_load((project.root() / CONTRACT).read_text(encoding="utf-8"))["sources"][0][
        "tables"
    ]
    return Contract(
        {table["name"]: [column["name"] for column in table["columns"]] for table in tables},
        [t["name"] for t in tables if t.get("config", {}).get("meta", {}).get("required")],
    )


def survey(folder: Path, vendors: Sequence[Path] = ()) -> RawFolder:
    """Find the raw tables of a folder and read each file of theirs once; refuse what is broken.

    Args:
        folder: the folder.
        vendors: what in it holds vendors' tables; those may fill what is required.
    """
    contract = raw_contract()
    if not folder.is_dir():
        raise PqlError(f"{folder}: no such folder; name the one that holds events and users")
    holders: dict[str, list[Path]] = {}
    try:
        for path in sorted(folder.iterdir()):
            if not LEFT_OUT.match(path.name) and path not in vendors:
                holders.setdefault(table_name(path), []).append(path)
        files = {
            name: table_files(name, holders[name]) for name in contract.columns if name in holders
        }
    except OSError as error:
        raise PqlError(f"{error.filename}: cannot be opened; {error.strerror}") from None
    others = [path for name in holders.keys() - files.keys() for path in holders[name]]
    for path in sorted(others):
        meant = nearest_name(table_name(path), [t for t in contract.columns if t not in files])
        if meant:
            raise PqlError(f"{path}: no table of the raw contract; did you mean {meant}?")
    for name in contract.required:
        if name not in files and not vendors:
            raise PqlError(
                f"{folder}: the required table {name} is missing; "
                f"add {name}.parquet, {name}.csv, or a folder {name} of such files"
            )
    with in_memory() as connection:
        for name, paths in files.items():
            for path in paths:
                check_file(connection, path, contract.columns[name])
    notice = "not read, as no table of the raw contract: " + ", ".join(
        sorted(path.name for path in others)
    )
    return RawFolder([*files], [notice] if others else [], files)


# --- files ----------------------------------------------------------------------------------------


def table_name(path: Path) -> str:
    """Name the table that a file or folder would hold: what stands before the first dot."""
    return path.name.partition(".")[0].lower()


def table_files(name: str, holders: Sequence[Path]) -> list[Path]:
    """List the files of a table, which one file or one folder holds."""
    if len(holders) > 1:
        both = " and ".join(path.name for path in holders)
        raise PqlError(f"{holders[0].parent}: {both} both hold the table {name}; keep one of them")
    holder = holders[0]
    files = [*files_below(holder, 0, ())] if holder.is_dir() else [holder]
    for file in files:
        if file.is_symlink() and not file.exists():
            raise PqlError(f"{file}: leads nowhere; correct the link or remove it")
        if not file.is_file():
            raise PqlError(f"{file}: not a file; export it again, or remove it")
        if not form_of(file):
            raise PqlError(
                f"{file}: cannot be read as part of {name}; export it as {READABLE}, "
                "or move it out of the raw folder"
            )
    if not files:
        raise PqlError(f"{holder}: there is no file in it; fill it, or remove it")
    return files


def files_below(folder: Path, depth: int, above: tuple[Path, ...]) -> Iterator[Path]:
    """List the files below a folder, and what lies in the folders that links lead to."""
    here = folder.resolve()
    if here in above:
        raise PqlError(f"{folder}: links back to a folder that contains it; remove the link")
    if depth == DEEPEST:
        raise PqlError(
            f"{folder}: is nested too deeply; at most {DEEPEST} levels of folders are read"
        )
    for path in sorted(folder.iterdir()):
        if LEFT_OUT.match(path.name):
            continue
        if path.is_dir():
            yield from files_below(path, depth + 1, (*above, here))
        else:
            yield path


def form_of(path: Path) -> str | None:
    """Tell the form of a file by its name; None for what cannot be read."""
    return next((form for form, ending in FORMS.items() if ending.search(path.name)), None)


def nearest_name(name: str, known: Sequence[str]) -> str | None:
    """Find the name of which another is a slip: one letter in four may differ.

    Case, underscores, hyphens and blanks are no difference. The macro nearest_name does the same.
    """
    distances = {other: edit_distance(plain_name(name), plain_name(other)) for other in known}
    near = [other for other in known if 4 * distances[other] <= len(plain_name(other))]
    return min(near, key=lambda other: (distances[other], other), default=None)


def plain_name(name: str) -> str:
    """Leave of a name what people remember of it."""
    return re.sub("[-_ ]", "", name.lower())


def edit_distance(one: str, other: str) -> int:
    """Count the letters to add, take out or replace to make one name of another."""
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            row.append(min(row[-1] + 1, last[j] + 1, last[j - 1] + (letter != wanted)))
        last = row
    return last[-1]


# --- reading --------------------------------------------------------------------------------------


def reader(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Return the DuckDB expression that reads one file, its cells as they are (CSV: as text)."""
    form = form_of(path)
    if form == "parquet":
        options = "binary_as_string = true, hive_types_autocast = false"
        return f"read_parquet({sql_literal(path)}, {options})"
    if form == "json":
        function, names, options = (
            "read_json",
            json_keys(connection, path),
            "format = 'newline_delimited'",
        )
    else:
        function, names, options = "read_csv", told_apart(csv_header(path)), CSV_FORM
    columns = ", ".join(f"{quoted(name)}: 'varchar'" for name in names)
    return (
        f"{function}({sql_literal(path)}, columns = {{{columns}}}, {options}, {packing(path)}, "
        "hive_types_autocast = false)"
    )


def json_objects(path: Path) -> str:
    """Return the DuckDB expression that reads each line of a file as a column named json."""
    return f"read_ndjson_objects({sql_literal(path)}, {packing(path)})"


def json_keys(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """List the keys of a file's objects."""
    query = f"select distinct unnest(json_keys(json)) as key from {json_objects(path)} order by key"
    return [row["key"] for row in rows(connection, query)]


def packing(path: Path) -> str:
    """Say how a file is packed; DuckDB, left to itself, looks for that before a question mark."""
    return f"compression = '{'gzip' if path.name.lower().endswith('.gz') else 'none'}'"


def sql_literal(path: Path) -> str:
    """Write a path as DuckDB takes it: no character of it is a pattern."""
    return quoted(re.sub(r"([*?[])", r"[\1]", str(path)))


def check_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Sequence[str],
    *,
    may_repeat: bool = False,
) -> None:
    """Read a file whole, as dbt will, so that a broken one is named before anything is built.

    Args:
        connection: an empty database.
        path: the file.
        columns: those that are read of it.
        may_repeat: whether a CSV file may name a column twice, as vendors' files do.
    """
    form = form_of(path)
    try:
        if form == "csv":
            check_csv(connection, path, columns, may_repeat)
        elif form == "json":
            check_json(connection, path, columns)
        else:
            query = f"select * from {reader(connection, path)} limit 1"
            check_names(path, [name for name, *_ in connection.execute(query).description], columns)
            connection.execute(query).fetchall()
    except (duckdb.Error, OSError, EOFError) as error:
        said = reason(error) if isinstance(error, duckdb.Error) else str(error)
        raise PqlError(f"{path}: cannot be read, export it again; {said}") from None


def check_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str], may_repeat: bool
) -> None:
    """Read all cells; find where a file is broken only once DuckDB, which is quick, refuses it."""
    header = csv_header(path)
    header = told_apart(header) if may_repeat else header
    check_names(path, header, columns)
    query = f"select count(columns(*)) from {reader(connection, path)}"
    try:
        connection.execute(query).fetchall()
    except duckdb.Error:
        fault = csv_fault(path, len(header))
        if fault:
            raise PqlError(f"{path}, {fault}") from None
        raise


def csv_header(path: Path) -> list[str]:
    """Read the names in the first line of a CSV file."""
    with unpacked(path) as file:
        start = file.read(4)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
        raise PqlError(f"{path}: UTF-16, not UTF-8; save it as 'CSV UTF-8'")
    try:
        with unpacked(path) as file:
            _, header = next(csv_rows(file), (0, None))
    except BrokenLineError as error:
        raise PqlError(f"{path}, {error}") from None
    if header is None:
        raise PqlError(f"{path}: empty; write at least the header, or remove the file")
    if not any(cell.strip() for cell in header):
        raise PqlError(f"{path}, line 1: blank; the first line must name the columns")
    if any("\n" in name or "\r" in name or "\0" in name for name in header):
        raise PqlError(f"{path}, line 1: a column's name has a line break in it; write it in one")
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and mark in header[0]:
            raise PqlError(f"{path}, line 1: cells are separated by {name}; export it with commas")
    return [name.strip() for name in header]


def told_apart(names: Sequence[str]) -> list[str]:
    """Number the second and further ones of a name, as macros/raw/files.sql does."""
    told: list[str] = []
    for name in names:
        before = sum(other.lower() == name.lower() for other in told)
        told.append(f"{name}_{before + 1}" if before else name)
    return told


def check_names(path: Path, names: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse columns that nobody can tell apart, and a first line that names none."""
    lower = [name.lower() for name in names]
    place = f"{path}, line 1" if form_of(path) == "csv" else str(path)
    for number, name in enumerate(lower, start=1):
        if not name:
            raise PqlError(f"{place}: column {number} has no name; name or remove it")
        if lower.count(name) > 1:
            raise PqlError(
                f"{place}: the column {name} is there twice (upper and lower case are the same); "
                "remove one"
            )
    if (
        lower
        and not set(lower) & set(columns)
        and not any(nearest_name(name, columns) for name in lower)
    ):
        raise PqlError(f"{place}: names none of the table's columns; they are {', '.join(columns)}")


def csv_fault(path: Path, width: int) -> str | None:
    """Find the first line that is not as the header says, and say what to do about it."""
    try:
        with unpacked(path) as file:
            for start, row in csv_rows(file):
                if row and len(row) != width:
                    return (
                        f"line {start}: {counted(len(row), 'cell')} under "
                        f"{counted(width, 'column')}; put text that has a comma in double quotes, "
                        "and write every cell"
                    )
            file.seek(0)
            return line_fault(file)
    except BrokenLineError as error:
        return str(error)


def csv_rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a CSV file, each with the line on which it starts."""
    lines = csv.reader(text_lines(file), strict=True)
    while True:
        start = lines.line_num + 1
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            what = "text after a closing double quote; double the quotes inside a text"
            if "unexpected end" in str(error):
                what = "a double quote is not closed; close it, and double those inside a text"
            raise BrokenLineError(f"line {start}: {what}") from None
        yield start, row


def text_lines(file: BinaryIO) -> Iterator[str]:
    """Decode lines, with their ends, whatever these are."""
    number = 0
    for part in file:
        try:
            text = part.decode("utf-8-sig" if number == 0 else "utf-8")
        except UnicodeDecodeError as error:
            line = number + 1 + part[: error.start].count(b"\r")
            raise BrokenLineError(f"line {line}: not UTF-8; save it as 'CSV UTF-8'") from None
        for line in io.StringIO(text, newline=""):
            number += 1
            yield line


def line_fault(file: BinaryIO) -> str | None:
    """Find a line that is too long, or ends otherwise than the first one."""
    first_end = ""
    for number, line in enumerate(text_lines(file), start=1):
        if len(line.encode()) > LONGEST_LINE:
            return f"line {number}: longer than {LONGEST_LINE // 2**20} MB; shorten its cells"
        end = line[len(line.rstrip("\r\n")) :]
        first_end = first_end or end
        if end and end != first_end:
            return (
                f"line {number}: ends by {end!r}, and line 1 by {first_end!r}; end all lines "
                "alike, and put line breaks inside a text in double quotes"
            )
    return None


def check_json(connection: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str]) -> None:
    """Read all lines of a file, each of which must be a JSON object."""
    query = f"""
        select count(*) filter (where coalesce(json_type(json), 'NULL') <> 'OBJECT')
        from {json_objects(path)}
    """
    try:
        (strangers,) = connection.execute(query).fetchone()
        keys = [] if strangers else json_keys(connection, path)
        check_names(path, keys, columns)
        if keys:
            connection.execute(
                f"select count(columns(*)) from {reader(connection, path)}"
            ).fetchall()
    except duckdb.Error:
        fault = json_fault(path)
        if fault:
            raise PqlError(f"{path}, {fault}") from None
        raise
    if strangers:
        raise PqlError(f"{path}, {json_fault(path)}")


def json_fault(path: Path) -> str | None:
    """Find the first line that is no JSON object."""
    with unpacked(path) as file, in_memory() as connection:
        for number, line in enumerate(file, start=1):
            if line.startswith(b"\xef\xbb\xbf"):
                return f"line {number}: a byte-order mark; save the file without one"
            try:
                text = line.decode().strip()
            except UnicodeDecodeError:
                return f"line {number}: not UTF-8; export it again as UTF-8"
            query = "select case when json_valid($1) then json_type($1) end"
            if text and connection.execute(query, [text]).fetchone() != ("OBJECT",):
                return f"line {number}: not a JSON object; write one object on each line"
    return None


def unpacked(path: Path) -> BinaryIO:
    """Open a file, unpacking one that is packed."""
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")
