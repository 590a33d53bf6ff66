"""Read the contracts of the sync marts: which columns a CRM gets, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pql import project
from pql.errors import PqlError

CONTRACT = Path("models", "marts", "crm_sync", "_crm_sync__models.yml")  # in the project
PREFIX = "pql_"

DOC_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
DOC_CALL = re.compile(r"{{ *doc\(['\"](\w+)['\"]\) *}}")
ACRONYMS = {word.lower(): word for word in ("CRM", "ID", "PQA", "PQL", "SLA", "URL")}


@dataclass(frozen=True)
class Column:
    """A column of a sync mart."""

    name: str
    kind: str  # text, integer, decimal, boolean, date or time
    description: str
    values: tuple[str, ...]  # of an enumeration; none: any value
    meta: dict[str, Any]

    @property
    def is_key(self) -> bool:
        """Whether it identifies the row in every system."""
        return bool(self.meta.get("crm_key"))

    @property
    def is_field(self) -> bool:
        """Whether the CRM gets a field of ours for it."""
        return self.is_key or bool(self.meta.get("crm_field"))

    @property
    def max_length(self) -> int:
        """How long a text may be."""
        return int(self.meta.get("max_length", 255))

    @property
    def field(self) -> str:
        """The name of our field in a CRM; the prefix keeps it apart from the CRM's own."""
        return PREFIX + self.name

    @property
    def label(self) -> str:
        """What people read above the field."""
        words = [ACRONYMS.get(word, word) for word in self.name.split("_")]
        return " ".join(["PQL:", words[0][0].upper() + words[0][1:], *words[1:]])


@dataclass(frozen=True)
class Mart:
    """A sync mart: one row per record of the CRM."""

    name: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> Column:
        """The column whose value is the record's unique external id."""
        return next(column for column in self.columns if column.is_key)

    @property
    def fields(self) -> tuple[Column, ...]:
        """The columns that become fields of ours."""
        return tuple(column for column in self.columns if column.is_field)

    def named_in(self, meta: str) -> Iterator[tuple[Column, str]]:
        """Give the columns that go to a field of the CRM's own, with that field."""
        return ((column, column.meta[meta]) for column in self.columns if meta in column.meta)


def read_mart(name: str, path: Path | None = None) -> Mart:
    """Read the contract of one sync mart."""
    path = path or project.root() / CONTRACT
    models = yaml.safe_load(path.read_text())["models"]
    model = next((model for model in models if model["name"] == name), None)
    if model is None:
        raise PqlError(f"{path.name}: there is no model {name} in it")
    blocks = doc_blocks()
    columns = tuple(read_column(column, blocks) for column in model["columns"])
    if sum(column.is_key for column in columns) != 1:
        raise PqlError(f"{path.name}: {name} needs one column with meta crm_key")
    return Mart(name, columns)


def read_column(column: dict[str, Any], blocks: dict[str, str]) -> Column:
    """Read a column as the contract has it."""
    description = DOC_CALL.sub(lambda call: blocks[call[1]], column["description"])
    return Column(
        name=column["name"],
        kind=kind_of(column["data_type"]),
        description=" ".join(description.split()),
        values=accepted_values(column),
        meta=column.get("config", {}).get("meta", {}),
    )


def kind_of(data_type: str) -> str:
    """Name the kind of value of a data type of the warehouse."""
    if data_type.startswith("decimal"):
        return "decimal"
    return {"string": "text", "timestamp": "time"}.get(data_type, data_type)


def accepted_values(column: dict[str, Any]) -> tuple[str, ...]:
    """List the values of an enumeration; a blank one is no value, but the lack of one."""
    for test in column.get("data_tests", []):
        if isinstance(test, dict) and "accepted_values" in test:
            values = test["accepted_values"]["arguments"]["values"]
            return tuple(value for value in values if value)
    return ()


def doc_blocks() -> dict[str, str]:
    """Read the doc blocks that descriptions refer to."""
    return {
        name: text
        for path in sorted((project.root() / "models").rglob("*.md"))
        for name, text in DOC_BLOCK.findall(path.read_text())
    }
