"""The docs are true: queries answer what is printed under them, and what is named exists.

A ```sql block of a page is followed by the table of its answer on the demo. To bring a table up to
date, paste the one that the failing test prints.
"""

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import PROJECT, Built

README = PROJECT / "README.md"
PAGES = (
    README,
    PROJECT / "CONTRIBUTING.md",
    PROJECT / "CHANGELOG.md",
    PROJECT / "models" / "_overview.md",
    *sorted((PROJECT / "docs").glob("*.md")),
)
QUERY = re.compile(r"^```sql\n(.*?)^```\n\n?((?:\|.*\n)*)", re.MULTILINE | re.DOTALL)


def queries() -> list[Any]:
    """Each query of a page, and the table under it."""
    return [
        pytest.param(*match.groups(), id=f"{page.stem}:{text[: match.start()].count(chr(10)) + 1}")
        for page in PAGES
        for text in [page.read_text()]
        for match in QUERY.finditer(text)
    ]


def cell(value: Any) -> str:
    """A value as the docs print it: null is blank, and numbers have no idle zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).replace("|", r"\|")


def answer(database: Path, query: str) -> str:
    """The answer of a query, as a table of a page."""
    with duckdb.connect(database, read_only=True) as connection:
        cursor = connection.execute(query)
        columns = [column[0] for column in cursor.description]
        rows = [columns, *cursor.fetchall()]
    lines = ["| " + " | ".join(map(cell, row)) + " |\n" for row in rows]
    return "".join([lines[0], "|" + "---|" * len(columns) + "\n", *lines[1:]])


@pytest.mark.parametrize(("query", "printed"), queries())
def test_query_answers_what_is_printed(demo: Built, query: str, printed: str) -> None:
    assert printed == answer(demo.database, query)


def test_readme_shows_the_strongest_leads(demo: Built) -> None:
    process = subprocess.run(
        [sys.executable, "scripts/show.py", "--top", "5"],
        cwd=PROJECT,
        env=os.environ | {"PQL_DUCKDB_PATH": str(demo.database), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout in README.read_text()


def test_readme_quotes_the_live_definitions(demo: Built) -> None:
    quoted = " ".join(re.sub(r"^> ?", "", README.read_text(), flags=re.MULTILINE).split())
    for (text,) in demo.query("select description from pql.pql_definitions where status = 'live'"):
        assert text in quoted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_commands_exist(page: Path) -> None:
    text = page.read_text()
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert "://" in link or (page.parent / link).exists(), link
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    # A command stands at the start of a line of a block, or of a piece of code.
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= set(targets)


def test_every_model_and_column_is_described(demo: Built) -> None:
    """Marts, staging and seeds say what a row is, and each column what it holds."""
    manifest = json.loads((demo.folder / "target" / "manifest.json").read_text())
    assert "doc.pql.__overview__" in manifest["docs"]
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    for node in nodes:
        if node["resource_type"] in ("model", "seed", "source"):
            assert node["description"].startswith("One row per "), node["unique_id"]
            columns = node["columns"].values()
            assert all(column["description"] for column in columns), node["unique_id"]
