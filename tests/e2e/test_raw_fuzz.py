"""Random corruptions of raw files: each row is counted, or it is refused by file and line.

A few in every run; `PQL_FUZZ=200 pytest -m slow` takes as many, and `PQL_SEED` others.
"""

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import duckdb
import pytest
from cases import SEED
from conftest import PROJECT

from pql.errors import PqlError
from pql.raw import reader, survey

COUNT = int(os.environ.get("PQL_FUZZ", "12"))
csv.field_size_limit(2**31 - 1)

EVENTS = "event_id,event_name,occurred_at,received_at,user_id,properties,event_count"
FILES = {
    "events/1.csv": [
        EVENTS,
        'e1,seen,2026-06-01T10:00:00Z,,u1,"{""page"":""a,b""}",',
        'e2,seen,2026-06-01T11:00:00Z,,u2,"{""text"":""é',
        '""}",2',
        "e3,seen,2026-06-02T10:00:00Z,2026-06-02T10:00:01Z,u1,,",
        "e3,seen,2026-06-02T10:00:00Z,2026-06-02T10:00:02Z,u1,,",
    ],
    "events/2.csv": [
        EVENTS,
        "e4,seen,2026-06-03T10:00:00Z,,u1,,",
        "e5,,2026-06-03T10:00:00Z,,u1,,",
        "e6,seen,yesterday,,u3,{},1",
        "e7,seen,2026-06-03T10:00:00Z,,gone,,",
    ],
    "users.csv": [
        "user_id,email,created_at,email_opt_out",
        "u1,ann@alpha.example,2026-06-01,",
        "u2,bob@alpha.example,,true",
        "gone,gone@alpha.example,,",
    ],
    "deletion_requests.csv": ["email,requested_at", "gone@alpha.example,2026-06-04"],
}


# --- what goes wrong ------------------------------------------------------------------------------

JUNK = ["#", '"', ",", "\n", "\r", "\0", "\t", ";", "'", "\\", " ", "", "é", "💥", "x" * 3_000_000]
JUNK += [' "a,b" ', '""', "null", "NaN", "=1+1", "\ufeff", "\u2028", "{", "0001-01-01", "1e400"]


def corrupt_text(rng: Random, text: str) -> str:
    """Change a cell, or put something in between."""
    at = rng.randrange(len(text) + 1)
    if rng.random() < 0.5:
        spans = [match.span() for match in re.finditer(r"[^,\n]+", text)]
        start, end = rng.choice(spans)
        return text[:start] + rng.choice(JUNK) + text[end:]
    return text[:at] + rng.choice(JUNK) + text[at + rng.choice([0, 0, 1, 5]) :]


def corrupt_lines(rng: Random, text: str) -> str:
    """Change the lines of a file."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    change = rng.randrange(10)
    if change == 0:
        lines[at] += "," * rng.choice([1, 1, 2])
    elif change == 1:
        lines[at] = lines[at].rpartition(",")[0]
    elif change == 2:
        lines.insert(at, rng.choice(["", " ", "# a comment", ",,,,,,", lines[at]]))
    elif change == 3:
        lines[at] = "#" + lines[at]
    elif change == 4:
        del lines[at]
    elif change == 5:
        lines[at] += "\r"
    elif change == 6:
        return text.replace("\n", rng.choice(["\r\n", "\r", "\n\n", "\r\r\n"]))
    elif change == 7:
        lines[1:] = [line + ",oops" for line in lines[1:]]
    elif change == 8:
        return text[: rng.randrange(len(text))]
    else:
        rng.shuffle(lines)
    return "\n".join(lines)


def corrupt_header(rng: Random, text: str) -> str:
    """Change the first line of a file."""
    header, _, rest = text.partition("\n")
    names = header.split(",")
    at = rng.randrange(len(names))
    change = rng.randrange(8)
    if change == 0:
        names[at] = names[at].replace("_", "") + rng.choice(["", "s", "x"])
    elif change == 1:
        names[at] = rng.choice([names[at - 1], names[at - 1].upper(), "", "notes"])
    elif change == 2:
        names[at] = rng.choice([names[at].upper(), f' "{names[at]}" ', f'"{names[at]}"'])
    elif change == 3:
        return rest
    elif change == 4:
        return text.replace(",", rng.choice([";", "\t", "|"]))
    elif change == 5:
        names.insert(at, "more")
    elif change == 6:
        return rng.choice(["\n", "# made by a tool\n", ",\n"]) + text
    else:
        del names[at]
    return ",".join(names) + "\n" + rest


def encode(rng: Random, text: str) -> bytes:
    """Write a file in another encoding, or spoil its bytes."""
    change = rng.randrange(6)
    if change < 4:
        name = ["utf-16", "utf-16-le", "latin-1", "utf-8-sig"][change]
        return text.encode(name, errors="replace")
    data = bytearray(text.encode())
    data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def rename(rng: Random, file: Path) -> None:
    """Give a file another name, form, or place."""
    data = file.read_bytes()
    stem = file.with_suffix("")
    change = rng.randrange(12)
    if change == 0:
        file.rename(rng.choice([stem.with_suffix(".CSV"), file.with_name(file.name.upper())]))
    elif change == 1:
        file.rename(file.with_name(file.name + rng.choice([".gz", ".bak", ".zip", "~"])))
    elif change in (2, 3):
        file.unlink()
        packed = gzip.compress(data)
        Path(f"{file}.gz").write_bytes(packed if change == 2 else packed[: len(packed) // 2])
    elif change == 4:
        file.rename(stem.with_suffix(rng.choice([".tsv", ".txt", ".xlsx", ".parquet", ".jsonl"])))
    elif change == 5:
        file.unlink()
        rows = csv.DictReader(data.decode(errors="replace").splitlines())
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        stem.with_suffix(".jsonl").write_text("\n".join(lines), encoding="utf-8")
    elif change == 6:
        moved = file.rename(file.parent.parent.parent / file.name)
        file.symlink_to(moved)
        if rng.random() < 0.5:
            moved.unlink()
    elif change == 7:
        shutil.copy(
            file, file.with_name(rng.choice([".hidden.csv", "_SUCCESS", "copy.csv", "x.y"]))
        )
    elif change == 8:
        file.rename(file.with_name(rng.choice(["a [1]*?.csv", "it's 100%.csv", "ünï.csv"])))
    elif change == 9:
        file.rename(file.with_name(file.name.replace("s.csv", ".csv")))
    elif change == 10:
        file.unlink()
        if rng.random() < 0.5:
            file.touch()
    else:
        file.unlink()
        stem.mkdir()
        (stem / "part.csv").write_bytes(data)


def corrupt(rng: Random, folder: Path) -> None:
    """Do one thing to one file, seldom two."""
    for _ in range(rng.choice([1, 1, 1, 2])):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        file = rng.choice(files)
        change: Callable = rng.choice([corrupt_text, corrupt_lines, corrupt_header, encode, rename])
        if change is rename:
            rename(rng, file)
            continue
        if file.suffix == ".gz":
            continue
        text = file.read_bytes().decode(errors="replace")
        changed = change(rng, text) if text else text
        file.write_bytes(changed if isinstance(changed, bytes) else changed.encode())


# --- what must come of it -------------------------------------------------------------------------


def rows_of(file: Path) -> int:
    """Count the rows of a file, with Python's own readers and nothing of the project."""
    data = file.read_bytes()
    if file.name.lower().endswith(".gz"):
        data = gzip.decompress(data)
    if ".jsonl" in file.name:
        return sum(bool(line.strip()) for line in data.splitlines())
    text = data.decode("utf-8-sig")
    rows = csv.reader(lines_of(text), skipinitialspace=True)
    return sum(bool(row) for row in rows) - 1


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, with their ends: those of CSV alone, not all that Unicode knows."""
    return (match.group() for match in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text))


REFUSALS = re.compile(
    r", line \d+: |: (empty|UTF-16|cannot be read|the column |names none|leads nowhere|no table of"
    r"|the required table|there is no file|column \d+ has no)|both hold the table"
)


def dbt(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run the models that count raw rows, and those that judge the raw tables."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), command, "--profiles-dir", "."]
        + ["--vars", json.dumps({"raw_source": "canonical", "raw_path": str(folder / "raw")})]
        + ["--select", "+event_reconciliation", "int_raw_problems"]
        + (["--exclude-resource-types", "test", "unit_test"] if command == "build" else []),
        cwd=PROJECT,
        env=os.environ
        | {
            "PQL_DUCKDB_PATH": str(folder / "test.duckdb"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound folder, built: each case begins from its database, as a build by the hour does."""
    folder = tmp_path_factory.mktemp("fuzz")
    write(folder / "raw")
    result = dbt(folder, "build")
    assert result.returncode == 0, result.stdout
    assert counted(folder) == 8
    shutil.copy(folder / "test.duckdb", folder / "sound.duckdb")
    return folder


def write(raw: Path) -> None:
    """Write the sound folder."""
    shutil.rmtree(raw, ignore_errors=True)
    for name, lines in FILES.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def counted(folder: Path) -> int:
    """The raw rows of events that stand somewhere."""
    with duckdb.connect(str(folder / "test.duckdb"), read_only=True) as connection:
        (total, parts) = connection.execute(
            "select sum(raw_count + forgotten_count),"
            " sum(accepted_count + duplicate_count + rejected_count + forgotten_count)"
            " from pql.event_reconciliation"
        ).fetchone()
    assert total == parts
    return total


@pytest.mark.slow
@pytest.mark.parametrize("number", range(COUNT))
def test_each_row_is_counted_or_the_file_refused(built: Path, number: int) -> None:
    raw = built / "raw"
    write(raw)
    corrupt(Random(f"{SEED} {number}"), raw)
    try:
        found = survey(raw)
    except PqlError as error:
        assert str(error).startswith(str(raw))
        assert REFUSALS.search(str(error)), error
        assert "\n" not in str(error)
        return
    for files in found.files.values():
        for file in files:
            with duckdb.connect() as connection:
                read = connection.execute(
                    f"select count(*) from {reader(connection, file)}"
                ).fetchall()
            assert read == [(rows_of(file),)], file
    shutil.copy(built / "sound.duckdb", built / "test.duckdb")
    result = dbt(built, "run")
    assert "Traceback" not in result.stdout + result.stderr
    assert result.returncode == 0, result.stdout
    assert counted(built) == sum(map(rows_of, found.files["events"]))
