"""Hold the statements that `statements.py` wrote against what an engine takes.

Each has to parse in the engine's dialect, and may call no function but those that functions.csv
gives to the engine. A parser knows no functions: it takes those of every engine.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot.tokens import Token, TokenType

FUNCTIONS = Path(__file__).with_name("functions.csv")
# What stands before a parenthesis, and is none.
WORDS = {
    "all", "and", "any", "array", "as", "between", "by", "case", "cluster", "distinct", "else",
    "except", "exists", "filter", "from", "group", "in", "insert", "intersect", "into", "is", "join",
    "lateral", "materialized", "matched", "not", "on", "options", "or", "over", "partition", "select",
    "set", "then", "union", "unnest", "using", "values", "when", "where", "with", "within",
}  # fmt: skip


def allowed(engine: str) -> set[str]:
    """Return the functions and types that an engine has."""
    with FUNCTIONS.open(newline="", encoding="utf-8") as file:
        return {row["name"] for row in csv.DictReader(file) if row[engine]}


def called(tokens: list[Token]) -> Iterator[str]:
    """Find what is called: names before a parenthesis, but for those of tables and of CTEs."""
    for before, name, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        word = name.text.lower()
        is_name = re.fullmatch(r"[a-z_]\w*", word) and name.token_type != TokenType.IDENTIFIER
        if after.token_type != TokenType.L_PAREN or not is_name or word in WORDS:
            continue
        if before and before.token_type == TokenType.DOT and tokens[0].text.lower() != "with":
            pass
        if before and before.text.lower() in ("as", "into", "table", "view") and word != "array":
            if before.text.lower() != "as":
                continue
        yield word


def problems(sql: str, dialect: str, functions: set[str]) -> list[str]:
    """Say what an engine would not take of a statement."""
    try:
        sqlglot.parse(sql, read=dialect)
    except sqlglot.errors.SqlglotError as error:
        return [" ".join(str(error).split())[:300]]
    return sorted({f"no function {name}" for name in called(sqlglot.tokenize(sql, read=dialect)) if name not in functions})


if __name__ == "__main__":
    engine, folder = sys.argv[1], Path(sys.argv[2])
    import collections
    names = collections.defaultdict(set)
    for form in ("full", "incremental"):
        for node, statements in json.loads((folder / f"{form}.json").read_text()).items():
            for sql in statements:
                try:
                    sqlglot.parse(sql, read=engine)
                except Exception as e:
                    print("PARSE", node, form, str(e)[:300])
                for f in called(sqlglot.tokenize(sql, read=engine)):
                    names[f].add(node.split(".")[-1])
    for f in sorted(names): print(f, len(names[f]), sorted(names[f])[:2])
