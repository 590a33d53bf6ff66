"""Hold what dbt would send to an engine against what the engine takes.

Each statement has to parse in the engine's dialect, and may call no function but those that
functions.csv gives to the engine: a parser takes the functions of all engines for its own.

    python tools/engines/check.py snowflake target/engines/snowflake
"""

from __future__ import annotations

import csv
import json
import logging
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import sqlglot
from sqlglot.tokens import Token, TokenType

FUNCTIONS = Path(__file__).with_name("functions.csv")
# What may stand before a parenthesis and is no function.
WORDS = frozenset(
    "all and any array as between by case distinct else except exists filter from group having in "
    "insert intersect interval into is join lateral map matched materialized not on options or "
    "order over partition select set then union unnest using values when where with within".split()
)
NO_CALL_AFTER = frozenset({"into", "table", "view", "using"})  # but the name of a table


def functions_of(engine: str) -> set[str]:
    """Return the functions, and types with a length, that an engine has."""
    with FUNCTIONS.open(newline="", encoding="utf-8") as file:
        return {row["function"] for row in csv.DictReader(file) if row[engine]}


def called(tokens: list[Token]) -> Iterator[str]:
    """Find what is called: each name that stands before a parenthesis."""
    for before, name, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        word = name.text.lower()
        if after.token_type != TokenType.L_PAREN or word in WORDS:
            continue
        if name.token_type == TokenType.IDENTIFIER or not re.fullmatch(r"[a-z]\w*", word):
            continue
        if before and before.text.lower() in NO_CALL_AFTER:
            continue
        yield word


def problems(
    sql: str, dialect: str, functions: Collection[str], tables: Collection[str]
) -> list[str]:
    """Say what an engine would not take of a statement.

    Args:
        sql: the statement, or several.
        dialect: the engine.
        functions: what may be called there.
        tables: names of tables, after which their columns may stand.
    """
    try:
        sqlglot.parse(sql, read=dialect)
    except sqlglot.errors.SqlglotError as error:
        return [" ".join(str(error).split())[:300]]
    names = set(called(sqlglot.tokenize(sql, read=dialect)))
    return [
        f"calls {name}(), which functions.csv does not give to {dialect}"
        for name in sorted(names - set(functions) - set(tables))
    ]


def check(engine: str, folder: Path) -> list[str]:
    """List what an engine would not take, by model."""
    functions = functions_of(engine)
    found = []
    for file in (folder / "full.json", folder / "incremental.json"):
        sent = json.loads(file.read_text())
        tables = {node.rpartition(".")[2] for node in sent} | {"pql_builds"}  # made by a hook
        for node, statements in sorted(sent.items()):
            for problem in sorted(
                {line for sql in statements for line in problems(sql, engine, functions, tables)}
            ):
                found.append(f"{engine}, {file.stem}: {node}: {problem}")
    return found


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # of statements that a parser passes on whole, such as grants
    lines = check(sys.argv[1], Path(sys.argv[2]))
    print("\n".join(lines) or f"{sys.argv[1]}: every statement parses, and calls what is there")
    sys.exit(bool(lines))
