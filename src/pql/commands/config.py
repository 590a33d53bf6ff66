"""Take a config folder to a spreadsheet and back; nothing is written that a build would refuse."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pql import workbook
from pql.config_checks import problems
from pql.config_files import config_files, write_whole
from pql.errors import PqlError
from pql.formatting import clean, counted
from pql.project import short_path


def export(output: Path, folder: Path) -> str:
    """Write a config folder as a workbook."""
    if output.suffix.lower() != ".xlsx":
        raise PqlError(f"{output}: a workbook's name ends in .xlsx; name it so")
    try:
        write_whole(output, workbook.write(config_files(folder)))
    except OSError as error:
        raise PqlError(f"{output}: cannot be written: {error.strerror}") from None
    return (
        f"{short_path(output.resolve())}: a sheet for each file of {folder_name(folder)}; "
        f"`pql config import {output.name}` reads it back"
    )


def import_(path: Path, folder: Path) -> str:
    """Write a workbook as a new config folder, if the project's checks find no error in it."""
    sheets = workbook.Sheets(path)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise PqlError(f"{folder}: it is there already; name a folder that is new")
    found = problems(complete(sheets.files))
    lines = [
        f"{sheets.place(row)}  {clean(row['problem'])}\n    -> {clean(row['suggested_fix'])}"
        for row in found
    ]
    if errors := [row for row in found if row["severity"] == "error"]:
        raise PqlError(
            f"{path}: {counted(len(errors), 'cell')} to fix; nothing is written", "\n".join(lines)
        )
    save(folder, sheets.files)
    return "\n".join(
        [
            f"{folder_name(folder)}: {counted(len(sheets.files), 'file')} written; "
            f"`pql preview --config {folder}` shows what that would change",
            *(f"warning: {line}" for line in lines),
        ]
    )


def complete(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add to files what a config folder may leave out."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as scratch:
        save(Path(scratch), files)
        return config_files(Path(scratch))


def save(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write config files into a folder, which is made where there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_whole(folder / name, data)
    except OSError as error:
        raise PqlError(f"{folder}: cannot be written: {error.strerror or os.strerror(5)}") from None


def folder_name(folder: Path) -> Path:
    """Name a folder as a person in the project would."""
    return short_path(folder.resolve())
