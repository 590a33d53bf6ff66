"""What is held against the SQL of engines that do not run here."""

import re
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from conftest import PROJECT

FILE = PROJECT / "tools" / "engines" / "check.py"
SPEC = spec_from_file_location("engine_check", FILE)
check = module_from_spec(SPEC)
SPEC.loader.exec_module(check)

GOOD = "with one as (select max(id) as id from raw) select coalesce(upper(id), '') as id from one"
ENGINES = check.FUNCTIONS.read_text().splitlines()[0].split(",")[1:]


def problems(sql: str, engine: str) -> list[str]:
    """What the lint has to say about a statement."""
    return check.problems(sql, engine, check.functions_of(engine), {"pql_accounts"})


@pytest.mark.parametrize("engine", ENGINES)
def test_what_an_engine_takes_passes(engine: str) -> None:
    assert problems(GOOD, engine) == []
    assert problems("insert into a.pql_accounts (id) select id from b", engine) == []


@pytest.mark.parametrize(
    ("engine", "call"),
    [
        ("snowflake", "string_split(name, '|')"),
        ("bigquery", "split_part(name, '|', 1)"),
        ("redshift", "pql_try_timestamp(name)"),
        ("trino", "json_extract_string(name, '$.a')"),
        ("postgres", "list_transform(name)"),
    ],
)
def test_a_function_that_an_engine_lacks_is_named(engine: str, call: str) -> None:
    name = call.partition("(")[0]
    assert any(f"{name}()" in line for line in problems(f"select {call} from raw", engine))


def test_what_does_not_parse_is_told() -> None:
    (line,) = problems("select a from one union select a from two", "bigquery")
    assert "DISTINCT or ALL" in line


def test_no_model_asks_which_engine_it_is_on() -> None:
    asking = [
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "models").rglob("*.sql")
        if re.search(r"\btarget\.(type|name)\b", path.read_text())
    ]
    assert asking == []
