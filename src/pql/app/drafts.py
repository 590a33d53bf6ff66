"""A config that is being changed: its rows, what is wrong with them, and a version to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pql import project
from pql.config_files import (
    CONFIG_FILES,
    VERSIONED_FILES,
    columns_of,
    read_rows,
    row_keys,
    to_csv,
    whole_number,
)
from pql.errors import PqlError

Rows = list[list[str]]
Draft = dict[str, Rows]
FORBIDDEN = ("models", "macros", "seeds", "src", "tests", "tools", "target", "logs", "docs")


def begin(files: Mapping[str, bytes]) -> Draft:
    """Take the rows of a config folder's files, to be changed."""
    return {name: read_rows(files[name]) for name in CONFIG_FILES}


def as_files(draft: Draft, others: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write the rows as files.

    Args:
        draft: the rows.
        others: files that are taken as they are: the contract.
    """
    written = {name: to_csv([columns_of(name), *rows]) for name, rows in draft.items()}
    return {**others, **written}


def is_of(name: str, row: Sequence[str], definition_id: str, version: int) -> bool:
    """Tell whether a row belongs to a version of a definition."""
    if name not in VERSIONED_FILES:
        return False
    columns = columns_of(name)
    return (
        row[columns.index("definition_id")].strip() == definition_id
        and whole_number(row[columns.index("version")].strip() or "x") == version
    )


def replaced(name: str, rows: Rows, definition_id: str, version: int, new: Rows) -> Rows:
    """Put other rows in the place of those of a version."""
    kept, put = [], False
    for row in rows:
        if not is_of(name, row, definition_id, version):
            kept.append(row)
        elif not put:
            kept += new
            put = True
    return kept if put else kept + new


def as_new_version(
    base: Draft, draft: Draft, definition_id: str, version: int, status: str
) -> tuple[Draft, int]:
    """Keep the changed rows of a version as a new one, and the version itself as it was."""
    columns = columns_of("definitions.csv")
    versions = [
        whole_number(row[columns.index("version")].strip() or "x") or 0
        for row in draft["definitions.csv"]
        if row[columns.index("definition_id")].strip() == definition_id
    ]
    number = max(versions, default=0) + 1
    kept: Draft = {}
    for name, rows in draft.items():
        mine = [row for row in rows if is_of(name, row, definition_id, version)]
        columns = columns_of(name)
        copies = []
        for row in mine:
            copy = list(row)
            copy[columns.index("version")] = str(number)
            if name == "definitions.csv":
                copy[columns.index("status")] = status
            copies.append(copy)
        before = [row for row in base[name] if is_of(name, row, definition_id, version)]
        unchanged = replaced(name, rows, definition_id, version, before) if mine or before else rows
        kept[name] = unchanged + copies
    return kept, number


def new_folder(text: str) -> Path:
    """Return the folder to write: one that is new, inside the project, and none of its parts."""
    name = text.strip()
    folder = (project.root() / name).resolve()
    if not name or folder.parent == folder or not folder.is_relative_to(project.root().resolve()):
        raise PqlError(f"{name or 'blank'}: name a new folder of the project, such as my_config")
    inside = folder.relative_to(project.root().resolve()).parts
    if not inside or inside[0].startswith(".") or inside[0] in FORBIDDEN:
        raise PqlError(f"{name}: that is a part of the project; name a new one, such as my_config")
    if folder.exists():
        raise PqlError(f"{name}: it is there already; name a new folder, such as {name}_2")
    return folder


def at_rows(name: str, rows: Rows, problems: Sequence[Mapping[str, Any]]) -> list[str]:
    """Word, for each row of a file, what is wrong with its cells."""
    said: dict[str, list[str]] = {}
    for problem in problems:
        if problem["file_name"] == name:
            key = (problem["row_key"] or "").lower()
            text = f"{problem['column_name']}: {problem['problem']} → {problem['suggested_fix']}"
            said.setdefault(key, []).append(text)
    return ["; ".join(said.get(key, [])) for key in row_keys(name, rows)]
