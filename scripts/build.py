"""Build the project with dbt, on the demo or on a folder of raw tables.

A plain ``dbt build`` does the same for the demo. This script adds what dbt cannot do or cannot say
clearly: it finds which raw tables a folder holds, lays a config folder from anywhere over the
shipped one, keeps a rebuild of a past day in a database of its own, and lets nobody see a build
before it is done.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import fcntl
import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pql import raw
from pql.errors import PqlError as BuildError
from pql.raw import reason

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED_CONFIG = PROJECT / "seeds" / "config"
SCHEMAS = ("pql", "pql_staging", "pql_intermediate", "pql_seeds")

REQUIRED_CONFIG = ("signals.csv", "definitions.csv", "definition_rules.csv")
# Absent from a config folder, these have no rows: they name definitions, signals or entities.
EMPTY_CONFIG = ("fit_rules.csv", "category_caps.csv", "content_offers.csv", "overrides.csv")
# Absent from a config folder, these are the shipped ones.
SHARED_CONFIG = ("routing_rules.csv", "special_domains.csv")
CONFIG_FILES = (*REQUIRED_CONFIG, *EMPTY_CONFIG, *SHARED_CONFIG)


# --- config folder --------------------------------------------------------------------------------


def overlay_config(folder: Path) -> str:
    """Copy a config folder into the project, over the shipped one; return its path there.

    dbt overwrites the seeds of an absolute path, so it must not be given the folder itself. The
    copy is named after its content: builds at the same time never change each other's files.
    """
    files = config_files(folder)
    content = b"".join(f"{name}\0{len(files[name])}\0".encode() + files[name] for name in files)
    label = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_") or "config"
    copy = Path(".config") / f"{label}_{hashlib.sha256(content).hexdigest()[:12]}"
    (PROJECT / copy).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_whole(PROJECT / copy / name, data)
    return copy.as_posix()


def config_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a complete config folder: the given ones over the shipped ones."""
    if not folder.is_dir():
        raise BuildError(f"{folder}: no such folder; name one that holds {REQUIRED_CONFIG[0]}")
    given = {
        path.name: path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv" and not path.name.startswith((".", "~"))
    }
    unknown = sorted(given.keys() - set(CONFIG_FILES))
    if unknown:
        suggestion = nearest(unknown[0], CONFIG_FILES)
        raise BuildError(f"{folder / unknown[0]}: not a config file; {suggestion}")
    for name in REQUIRED_CONFIG:
        if name not in given:
            raise BuildError(f"{folder}: {name} is missing; a config folder must have it")

    files = {
        path.name: path.read_bytes()
        for path in sorted(SHIPPED_CONFIG.iterdir())
        if path.is_file() and path.suffix != ".csv"
    }
    for name in CONFIG_FILES:
        shipped = (SHIPPED_CONFIG / name).read_bytes()
        header = next(csv.reader([shipped.decode("utf-8-sig").splitlines()[0]]))
        if name in given:
            files[name] = plain_csv(given[name], header)
        else:
            files[name] = to_csv([header]) if name in EMPTY_CONFIG else shipped
    return files


def plain_csv(path: Path, columns: Sequence[str]) -> bytes:
    """Return a config file as plain CSV with just these columns, in this order.

    Spreadsheets save CSV in many ways: with a byte-order mark, semicolons or tabs, other line ends,
    and blank rows. All of them are read; a row of another length than the header is not.

    Args:
        path: the file.
        columns: what the shipped file of that name has. A column left out is blank in every row.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BuildError(f"{path}, line {line}: not UTF-8; save it as 'CSV UTF-8'") from None
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
                raise BuildError(
                    f"{path}, line {reader.line_num}: {len(row)} cells under {len(header)} columns;"
                    " put text that has a comma in double quotes"
                )
            cells = dict(zip(header, row, strict=True))
            rows.append([cells.get(column, "") for column in columns])
    except csv.Error as error:
        raise BuildError(
            f"{path}, line {reader.line_num}: {error}; close every double quote, "
            "and double those inside a text"
        ) from None
    return to_csv([columns, *rows])


def check_header(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a header with a column that is nameless, unknown, or there twice."""
    for number, name in enumerate(header, start=1):
        if not name:
            raise BuildError(f"{path}, line 1: column {number} has no name; name or remove it")
        if name not in columns:
            raise BuildError(f"{path}, line 1: unknown column {name}; {nearest(name, columns)}")
        if header.count(name) > 1:
            raise BuildError(f"{path}, line 1: the column {name} is there twice; remove one")
    if not header:
        raise BuildError(f"{path}, line 1: no header; the columns are {', '.join(columns)}")


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


# --- dbt ------------------------------------------------------------------------------------------


def database_path(as_of: date | None = None) -> Path:
    """Return the database file; a rebuild of a past day has its own, beside the usual one."""
    path = PROJECT / (os.environ.get("PQL_DUCKDB_PATH") or "warehouse.duckdb")
    if path.stem.lower() in SCHEMAS:
        raise BuildError(
            f"PQL_DUCKDB_PATH: {path.name} has the name of a schema in it, which DuckDB cannot "
            "tell apart; choose another name, such as warehouse.duckdb"
        )
    if as_of:
        path = path.with_name(f"{path.stem}_as_of_{as_of:%Y_%m_%d}{path.suffix}")
    return path


def unfinished_path(path: Path) -> Path:
    """Return where a database is built, before it takes the place of the last one.

    The file has the same name: a view names the database it is in, which is called after its file.
    """
    return path.parent / ".building" / path.name


@contextmanager
def one_build_at_a_time(path: Path) -> Iterator[int]:
    """Hold the lock of a database, and give its file descriptor, for a child to hold it as well."""
    if not path.parent.is_dir():
        raise BuildError(f"PQL_DUCKDB_PATH: there is no folder {path.parent}; make it first")
    unfinished = unfinished_path(path)
    unfinished.parent.mkdir(exist_ok=True)
    with unfinished.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(f"{path}: another build is under way; wait for its end") from None
        yield lock.fileno()


def copy_database(path: Path) -> Path:
    """Copy a database to where it is built, in place of what a build that failed left there."""
    unfinished = unfinished_path(path)
    try:
        for old in unfinished.parent.glob(f"{glob.escape(path.name)}*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        if path.with_name(f"{path.name}.wal").exists():
            duckdb.connect(path).close()  # takes into the file what a killed writer left beside it
        if path.exists():
            with duckdb.connect(path, read_only=True):  # so that nobody writes to it meanwhile
                shutil.copyfile(path, unfinished)
    except duckdb.Error as error:
        raise BuildError(
            f"{path}: cannot be opened as a database; close what else has it open, or name another "
            f"file by PQL_DUCKDB_PATH; {reason(error)}"
        ) from None
    except OSError as error:
        raise BuildError(f"{unfinished}: cannot copy {path} there; {error.strerror}") from None
    return unfinished


def parse_date(text: str) -> date:
    """Read a date as YYYY-MM-DD."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise BuildError(f"--as-of {text}: not a date; write it as 2026-05-31") from None


def parse_variables(text: str) -> dict[str, Any]:
    """Read further dbt vars from a JSON object."""
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise BuildError(f"--vars: not JSON: {error}") from None
    if not isinstance(variables, dict):
        raise BuildError('--vars: not a JSON object; write it as {"decay_step_days": 1}')
    if "as_of" in variables:
        raise BuildError("--vars: give as_of as --as-of, which keeps the usual database as it is")
    return variables


def dbt_build(
    variables: dict[str, Any],
    selector: str,
    full_refresh: bool,
    quiet: bool,
    lock: int,
    **env: str,
) -> int:
    """Run ``dbt build`` in the project and return its exit code.

    Args:
        variables: vars over those of dbt_project.yml.
        selector: the part to build, as selectors.yml names it; blank: everything.
        full_refresh: whether incremental models start afresh.
        quiet: show what dbt prints only if it fails.
        lock: a file descriptor that dbt holds open, too.
        env: environment variables over those of this process.
    """
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--profiles-dir", "."]
    if variables:
        command += ["--vars", json.dumps(variables)]
    if selector:
        command += ["--selector", selector]
    if full_refresh:
        command.append("--full-refresh")
    output = subprocess.PIPE if quiet else None
    try:
        result = subprocess.run(
            command,
            cwd=PROJECT,
            env=os.environ | env,
            stdout=output,
            pass_fds=[lock],
            check=False,
        )
    except FileNotFoundError:
        raise BuildError(
            f"there is no dbt beside {sys.executable}; run `make build`, or install "
            "requirements.txt there"
        ) from None
    if quiet and result.returncode:
        sys.stdout.buffer.write(result.stdout)
    return result.returncode


def build(arguments: argparse.Namespace) -> int:
    """Check what was given, prepare it for dbt, and run dbt.

    dbt works on a copy of the database, which takes the place of the last one once all is built and
    every test has passed: who reads it finds either the one or the other, whole.
    """
    variables = parse_variables(arguments.vars)
    as_of = parse_date(arguments.as_of) if arguments.as_of else None
    database = database_path(as_of)
    env = {}
    if as_of:
        variables["as_of"] = as_of.isoformat()
    if arguments.raw:
        found = raw.survey(arguments.raw)
        variables = {
            "raw_source": "canonical",
            "raw_path": str(arguments.raw.resolve()),
            "raw_tables": [n for n in found.tables if n not in raw.raw_contract().required],
            **variables,
        }
        if not arguments.quiet:
            for line in (", ".join(found.tables), *found.notices):
                print(f"{arguments.raw}: {line}")
    if arguments.config:
        env["PQL_CONFIG_PATH"] = overlay_config(arguments.config)
    with one_build_at_a_time(database) as lock:
        unfinished = copy_database(database)
        env["PQL_DUCKDB_PATH"] = str(unfinished)
        sys.stdout.flush()
        returncode = dbt_build(
            variables, arguments.selector, arguments.full_refresh, arguments.quiet, lock, **env
        )
        if returncode == 0:
            duckdb.connect(unfinished).close()  # so that nothing is left beside the file
            unfinished.replace(database)
        elif unfinished.exists():
            print(f"{database} is left as it was; as far as it came, the new one is {unfinished}")
    return returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return dbt's exit code, or 2 for a mistake in what was given."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--raw", type=Path, metavar="DIR", help="folder of raw tables (the demo)")
    parser.add_argument("--config", type=Path, metavar="DIR", help="folder of config files")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="last day counted (the latest)")
    parser.add_argument("--vars", default="{}", metavar="JSON", help="further dbt vars")
    parser.add_argument(
        "--selector", default="", choices=["hourly", "daily", "weekly"], help="a part (everything)"
    )
    parser.add_argument("--quiet", action="store_true", help="show dbt's output only if it fails")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild incremental models")
    try:
        return build(parser.parse_args(argv))
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
