"""The SQL of commands, one file each.

Tables are named by their models alone: `pql.database` looks for them in every schema of ours.
"""

from __future__ import annotations

import re
from pathlib import Path


def read(name: str) -> dict[str, str]:
    """Read the queries of a file by their names, which stand above them as `-- name: ...`.

    Args:
        name: the file's, without `.sql`. `{other}` in a query is an earlier one of the file.
    """
    text = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    queries: dict[str, str] = {}
    for title, query in re.findall(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", text, re.M | re.S):
        queries[title] = re.sub(r"\{(\w+)\}", lambda named: queries[named[1]], query).strip()
    return queries


def tables(query: str) -> tuple[str, ...]:
    """Name the tables that a query reads, in the order of their appearance."""
    code = re.sub(r"--[^\n]*", "", query)
    own = set(re.findall(r"\b(\w+) as \(", code))
    named = re.findall(r"\b(?:from|join)\s+(\w+)\b(?!\s*\()", code)
    return tuple(dict.fromkeys(name for name in named if name not in own))
