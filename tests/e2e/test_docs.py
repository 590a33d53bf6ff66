"""The docs are true: what they print is what comes out, and what they name exists.

Pages follow three conventions. The table under a ```sql block is its answer. A ```diff block names
a file of seeds/config and changes it; the queries of the guide to editing are answered with all
these changes made, those of other pages on the demo as it is. A ```text block is what a command
prints. Where a number has changed, the failing test prints what to paste.
"""

import re
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import PROJECT, Build, Built

from pql import cli, console
from pql.commands import preview
from pql.formatting import plain_number

README = PROJECT / "README.md"
GUIDE = PROJECT / "docs" / "editing-definitions.md"
EVIDENCE = PROJECT / "docs" / "evidence.md"
MEASURING = PROJECT / "docs" / "measuring.md"
ENGINES = PROJECT / "docs" / "engines.md"
PAGES = (
    README,
    PROJECT / "CONTRIBUTING.md",
    PROJECT / "CHANGELOG.md",
    PROJECT / "models" / "_overview.md",
    *sorted((PROJECT / "docs").glob("*.md")),
)
CONFIG = PROJECT / "seeds" / "config"
CONFIG_CONTRACT = CONFIG / "_config__seeds.yml"

QUERY = re.compile(r"^```sql\n(.*?)^```\n\n?((?:\|[^\n]*\n)*)", re.MULTILINE | re.DOTALL)
OUTPUT = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
# A change of a file (what is wrong on purpose is marked so), or the command that copies a version.
CHANGE = re.compile(
    r"^```diff (?P<file>\S+)(?P<wrong> wrong)?\n(?P<lines>.*?)^```"
    r"|^make new-version DEFINITION=(?P<definition>\w+)",
    re.MULTILINE | re.DOTALL,
)


def queries() -> list[Any]:
    """Each query of a page, with the table under it."""
    return [
        pytest.param(page, *match.groups(), id=f"{page.stem}:{text.count(chr(10), 0, match.end())}")
        for page in PAGES
        for text in [page.read_text()]
        for match in QUERY.finditer(text)
    ]


def table(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a page prints them, the first as the head."""
    lines = ["| " + " | ".join(map(cell, row)) + " |\n" for row in rows]
    return "".join([lines[0], "|" + "---|" * len(rows[0]) + "\n", *lines[1:]])


def cell(value: Any) -> str:
    """A value as a page prints it: null is blank, and numbers have no idle zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return plain_number(value)
    return str(value).replace("|", r"\|")


def change_config(folder: Path, *, wrong: bool = False) -> dict[str, str]:
    """A copy of the shipped config with the changes of the pages: the wrong ones, or the others."""
    shutil.copytree(CONFIG, folder, ignore=shutil.ignore_patterns("*.yml"))
    for change in CHANGE.finditer(GUIDE.read_text() + README.read_text()):
        if bool(change["wrong"]) != wrong:
            continue
        if change["definition"]:
            cli.main(["new-version", change["definition"], "--config", str(folder)])
            continue
        path = folder / change["file"]
        lines = [(line[0], line[1:]) for line in change["lines"].splitlines()]
        before = "\n".join(line for sign, line in lines if sign == "-")
        after = "\n".join(line for sign, line in lines if sign == "+")
        text = path.read_text()
        assert not before or text.count(f"\n{before}") == 1, f"{path.name}: {before}"
        path.write_text(text.replace(before, after) if before else f"{text}{after}\n")
    return {path.stem: path.read_text() for path in folder.glob("*.csv")}


@pytest.fixture(scope="module")
def changed(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo under the changes of all pages."""
    built = build(config=change_config(tmp_path_factory.mktemp("docs") / "my_config"))
    assert built.returncode == 0, built.output
    return built


@pytest.mark.parametrize(("page", "query", "answer"), queries())
def test_query_has_the_answer_under_it(request, page, query, answer):
    fixtures = {GUIDE: "changed", EVIDENCE: "whole_demo", MEASURING: "whole_demo"}
    built = request.getfixturevalue(fixtures.get(page, "demo"))
    with duckdb.connect(built.database, read_only=True) as connection:
        cursor = connection.execute(query)
        found = table([[column[0] for column in cursor.description], *cursor.fetchall()])
    assert answer == found


def test_commands_print_what_pages_show(demo, changed, build, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(demo.database))
    cli.main(["show", "--top", "5"])
    change_config(Path("my_config"))
    printed = capsys.readouterr().out
    printed += console.plain(preview.compare(demo.database, changed.database))
    printed += build(config=change_config(Path("wrong"), wrong=True)).output
    shown = [text for page in PAGES for text in OUTPUT.findall(page.read_text())]
    assert [text for text in shown if text not in printed] == [], printed


def test_readme_quotes_the_live_definitions(demo):
    quoted = " ".join(re.sub(r"^> ?", "", README.read_text(), flags=re.MULTILINE).split())
    live = demo.query("select description from pql.pql_definitions where status = 'live'")
    assert [text for (text,) in live if text not in quoted] == []


def test_guide_says_what_a_blank_cell_means():
    blanks = [("file", "column", "blank means")]
    for seed in yaml.safe_load(CONFIG_CONTRACT.read_text())["seeds"]:
        for column in seed["columns"]:
            meaning = re.search(r"Blank: (.*?)\.?$", column["description"].strip(), re.DOTALL)
            if meaning:
                blanks.append((f"`{seed['name']}.csv`", f"`{column['name']}`", meaning[1]))
    assert table(blanks) in GUIDE.read_text(), table(blanks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_exists(page):
    text = page.read_text()
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert "://" in link or (page.parent / link).exists(), link
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    # A command begins a line of a block, or a piece of code.
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= set(targets)


def test_every_model_and_column_is_described(manifest):
    assert "doc.pql.__overview__" in manifest["docs"]
    for node in [*manifest["nodes"].values(), *manifest["sources"].values()]:
        if node["resource_type"] in ("model", "seed", "source"):
            assert node["description"].startswith("One row per "), node["unique_id"]
            blank = [name for name, column in node["columns"].items() if not column["description"]]
            assert not blank, node["unique_id"]


def test_every_macro_and_argument_is_described(manifest):
    macros = [macro for macro in manifest["macros"].values() if macro["package_name"] == "pql"]
    assert macros
    for macro in macros:
        # a version for one engine is described by the macro that chooses, a test where it stands
        if "__" not in macro["name"] and not macro["name"].startswith("test_"):
            assert macro["description"], macro["name"]
            blank = [each["name"] for each in macro["arguments"] if not each["description"]]
            assert not blank, macro["name"]


def test_engines_are_those_that_macros_have_versions_for():
    head = [
        "macro",
        "default",
        "DuckDB",
        "Postgres",
        "Redshift",
        "Snowflake",
        "BigQuery",
        "Trino",
        "Spark",
        "Databricks",
    ]
    engines = [name.lower() for name in head[1:]]
    versions: dict[str, set[str]] = {}
    for path in sorted((PROJECT / "macros").rglob("*.sql")):
        for engine, name in re.findall(
            rf"{{% macro ({'|'.join(engines)})__(\w+)\(", path.read_text()
        ):
            versions.setdefault(name, set()).add(engine)
    rows = [
        [f"`{name}`", *("yes" if engine in versions[name] else "" for engine in engines)]
        for name in sorted(versions)
    ]
    expected = table([head, *rows])
    assert expected in ENGINES.read_text(), expected
