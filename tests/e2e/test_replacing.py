"""A model takes the place of its last table or view whole, or not at all (DuckDB)."""

from pathlib import Path

import duckdb
import pytest
from views import run_alone


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_model_that_fails_leaves_what_stood_there(tmp_path: Path, kind: str) -> None:
    def run(model: str, kind: str) -> int:
        config = f"{{{{ config(materialized='{kind}') }}}}"
        return run_alone(tmp_path, "run", {}, f"{config} {model}").returncode

    def stands_there() -> tuple:
        with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
            kinds = "select table_type from information_schema.tables where table_name = 'alone'"
            return (
                *connection.execute(kinds).fetchall(),
                *connection.table("pql.alone").fetchall(),
            )

    name = {"table": "BASE TABLE", "view": "VIEW"}
    other = {"table": "view", "view": "table"}[kind]
    assert run("select 1 as n", kind) == 0
    assert stands_there() == ((name[kind],), (1,))
    assert run("select n from nowhere", kind) == 1
    assert stands_there() == ((name[kind],), (1,))
    assert run("select 2 as n, 3 as m", kind) == 0
    assert stands_there() == ((name[kind],), (2, 3))
    assert run("select n from nowhere", other) == 1
    assert stands_there() == ((name[kind],), (2, 3))
    assert run("select 4 as n", other) == 0
    assert stands_there() == ((name[other],), (4,))
