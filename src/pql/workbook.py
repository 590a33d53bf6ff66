"""Write a config folder as one workbook, a sheet per file, and read it back.

The ids of rows that are there are locked, cells that take a few words have them as a drop-down, and
the head of each column says what it means. Text never becomes a formula, in either direction.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from pql.config_files import (
    CONFIG_FILES,
    REQUIRED_CONFIG,
    Column,
    columns_of,
    contract_of,
    nearest,
    read_rows,
    row_keys,
    to_csv,
)
from pql.errors import PqlError
from pql.formatting import counted

SPARE_ROWS = 200  # below the last one, for new rows
HEAD = PatternFill("solid", fgColor="1F2937")
LOCKED = PatternFill("solid", fgColor="F3F4F6")
WIDEST = 60
LONGEST = 32_767  # characters of a cell, and
DIGITS = 15  # of a number, that Excel keeps

Rows = Sequence[Sequence[str]]


# --- writing --------------------------------------------------------------------------------------


def write(files: Mapping[str, bytes]) -> bytes:
    """Write the files of a config folder as a workbook."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name in CONFIG_FILES:
        fill(workbook.create_sheet(name.removesuffix(".csv")), name, read_rows(files[name]))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def fill(sheet: Worksheet, name: str, rows: Rows) -> None:
    """Write the rows of a file into its sheet."""
    columns = contract_of(name)
    last = len(rows) + 1 + SPARE_ROWS
    for place, column in enumerate(columns, start=1):
        head = sheet.cell(1, place, column.name)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), HEAD
        head.comment = Comment(column.description, "pql", width=320, height=140)
        letter = get_column_letter(place)
        longest = max([len(column.name), *(len(row[place - 1]) for row in rows)])
        sheet.column_dimensions[letter].width = min(longest + 3, WIDEST)
        if choices := drop_down(column):
            sheet.add_data_validation(choices)
            choices.add(f"{letter}2:{letter}{last}")
    for number in range(2, last + 1):
        row = rows[number - 2] if number - 2 < len(rows) else None
        for place, column in enumerate(columns, start=1):
            cell = sheet.cell(number, place)
            locked = column.is_key and row is not None
            cell.protection = Protection(locked=locked)
            cell.alignment = Alignment(vertical="top", wrap_text=column.meta.get("type") is None)
            if not is_number(column):
                cell.number_format = "@"  # what is typed stays as it is: 007 is no 7, 1-2 no date
            if locked:
                cell.fill = LOCKED
            if row is not None and row[place - 1]:
                put(cell, column, row[place - 1])
    sheet.freeze_panes = "B2"
    protect(sheet)


def put(cell: Cell, column: Column, text: str) -> None:
    """Write a value: a number where it is written as one, else text that is never a formula."""
    if is_number(column) and text == as_text(number(text)):
        cell.value = number(text)
        return
    if len(text) > LONGEST:
        raise PqlError(
            f"{cell.parent.title}.csv, {column.name} {text[:20]!r}...: {len(text):,} characters, "
            f"and a cell of a workbook holds {LONGEST:,}; shorten it"
        )
    try:
        cell.value = text
    except IllegalCharacterError:
        raise PqlError(
            f"{cell.parent.title}.csv, {column.name} {text!r}: a control character, which a "
            "workbook cannot hold; take it out"
        ) from None
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text[0] in "=+-@"


def drop_down(column: Column) -> DataValidation | None:
    """Offer what may stand in a column; None where anything may."""
    blank = not column.meta.get("required")
    if "references" in column.meta:
        file, referenced = column.meta["references"].split(".")
        letter = get_column_letter(columns_of(f"{file}.csv").index(referenced) + 1)
        formula, is_strict = f"{file}!${letter}$2:${letter}$2000", "allowed" not in column.meta
    elif column.choices:
        formula = f'"{",".join(column.choices)}"'
        is_strict = column.meta.get("type") != "list"
    else:
        return None
    choices = DataValidation(
        "list", formula1=formula, allow_blank=blank, showErrorMessage=is_strict
    )
    choices.errorTitle, choices.error = column.name, "Choose one of the list."
    return choices


def protect(sheet: Worksheet) -> None:
    """Lock the ids; all else may be edited, and the protection lifted, for it has no password."""
    sheet.protection.enable()
    for allowed in (
        "formatColumns",
        "formatRows",
        "insertRows",
        "deleteRows",
        "sort",
        "autoFilter",
    ):
        setattr(sheet.protection, allowed, False)  # what is not protected


def is_number(column: Column) -> bool:
    """Tell whether numbers stand in a column."""
    return column.meta.get("type") in ("integer", "decimal")


def number(text: str) -> int | float | None:
    """Read a number, if it is one that a workbook keeps whole."""
    if not text.isascii() or sum(map(str.isdigit, text)) > DIGITS:
        return None
    for read in (int, float):
        try:
            value = read(text)
        except ValueError:
            continue
        return value if math.isfinite(value) else None
    return None


# --- reading --------------------------------------------------------------------------------------


class Sheets:
    """A workbook, read: the files it holds, and where each row of them stands.

    Attributes:
        files: the files, as `config_files` returns them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, bytes] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._letters: dict[str, dict[str, str]] = {}
        try:
            workbook = load_workbook(path)
        except FileNotFoundError:
            raise PqlError(f"{path}: no such file; `pql config export` writes one") from None
        except Exception as error:  # what openpyxl raises for a broken file is of any class
            raise PqlError(f"{path}: not an Excel workbook (.xlsx); {error}") from None
        known = [name.removesuffix(".csv") for name in CONFIG_FILES]
        for title in workbook.sheetnames:
            if title not in known:
                raise PqlError(f"{path}, sheet {title}: not a config file; {nearest(title, known)}")
        for name in REQUIRED_CONFIG:
            if name.removesuffix(".csv") not in workbook.sheetnames:
                raise PqlError(f"{path}: the sheet {name.removesuffix('.csv')} is missing; add it")
        for name in CONFIG_FILES:
            if name.removesuffix(".csv") in workbook.sheetnames:
                self._read(name, workbook[name.removesuffix(".csv")])

    def place(self, problem: Mapping[str, Any]) -> str:
        """Say in which cell a problem is, or in which sheet."""
        name = problem["file_name"]
        row = self._places.get(name, {}).get((problem["row_key"] or "").lower())
        letter = self._letters.get(name, {}).get(problem["column_name"], "A")
        sheet = name.removesuffix(".csv")
        return f"{sheet}!{letter}{row}" if row else sheet

    def _read(self, name: str, sheet: Worksheet) -> None:
        columns = columns_of(name)
        rows = list(sheet.iter_rows())
        header = [as_text(cell.value).strip() for cell in rows[0]] if rows else []
        while header and not header[-1]:
            header.pop()
        for place, title in enumerate(header):
            where = f"{self.path}, {sheet.title}!{get_column_letter(place + 1)}1"
            if not title:
                raise PqlError(f"{where}: this column has no name; name or remove it")
            if title not in columns:
                raise PqlError(f"{where}: unknown column {title}; {nearest(title, columns)}")
            if header.index(title) != place:
                raise PqlError(f"{where}: the column {title} is there twice; remove one")
        if not header:
            raise PqlError(f"{self.path}, sheet {sheet.title}: no header; it is the first row")
        lines, numbers = [], []
        for row in rows[1:]:
            said = [self._text(cell, sheet.title) for cell in row]
            if not any(cell.strip() for cell in said):
                continue
            if any(cell.strip() for cell in said[len(header) :]):
                raise PqlError(
                    f"{self.path}, {sheet.title}!{row[len(header)].coordinate}: "
                    f"{counted(len(header), 'column')} have a name, and this is beyond; remove it"
                )
            values = dict(zip(header, said, strict=False))
            lines.append([values.get(column, "") for column in columns])
            numbers.append(row[0].row)
        self.files[name] = to_csv([columns, *lines])
        keys = row_keys(name, lines)
        self._places[name] = dict(zip(keys, numbers, strict=True))
        self._letters[name] = {
            title: get_column_letter(place + 1) for place, title in enumerate(header)
        }

    def _text(self, cell: Cell, title: str) -> str:
        if cell.data_type in ("f", "e"):
            what = "a formula" if cell.data_type == "f" else f"an error, {cell.value}"
            raise PqlError(
                f"{self.path}, {title}!{cell.coordinate}: {what}; write the value itself "
                "(Paste Special, Values)"
            )
        return as_text(cell.value)


def as_text(value: Any) -> str:
    """Write the value of a cell as a CSV file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime) and not value.time():
        value = value.date()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
