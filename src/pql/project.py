"""Where the project is, and where its files and databases are."""

from __future__ import annotations

import os
import re
import sys
from datetime import date, datetime
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from pql.errors import PqlError

MARK = "dbt_project.yml"
SCHEMAS = ("pql", "pql_staging", "pql_intermediate", "pql_seeds")


def root() -> Path:
    """Return the project's folder.

    PQL_PROJECT names it; else it is the folder one is in, or one above it; else the one that the
    package lies in, where it is installed from a clone.
    """
    named = os.environ.get("PQL_PROJECT")
    if named:
        folder = Path(named).resolve()
        if not (folder / MARK).is_file():
            raise PqlError(
                f"PQL_PROJECT: there is no {MARK} in {folder}; name the project's folder"
            )
        return folder
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / MARK).is_file():
            return folder
    raise PqlError(
        f"{here}: there is no {MARK} in it or above it; go to a folder of the project, or name the "
        "project's by PQL_PROJECT"
    )


def shipped_config() -> Path:
    """Return the config folder of the project itself."""
    return root() / "seeds" / "config"


def database_path(as_of: date | None = None) -> Path:
    """Return the database file; a rebuild of a past day has its own, beside the usual one."""
    path = root() / (os.environ.get("PQL_DUCKDB_PATH") or "warehouse.duckdb")
    if path.stem.lower() in SCHEMAS:
        raise PqlError(
            f"PQL_DUCKDB_PATH: {path.name} has the name of a schema in it, which DuckDB cannot "
            "tell apart; choose another name, such as warehouse.duckdb"
        )
    if re.search(r"[\"'\\\x00-\x1f]", path.name):
        raise PqlError(
            f"PQL_DUCKDB_PATH: {path.name!r} has a quote, a backslash or a control character "
            "in it; choose another name, such as warehouse.duckdb"
        )
    if as_of:
        path = path.with_name(f"{path.stem}_as_of_{as_of:%Y_%m_%d}{path.suffix}")
    return path


def short_path(path: Path) -> Path:
    """Name a path as a person in the project's folder would."""
    return path.relative_to(root()) if path.is_relative_to(root()) else path


def parse_date(text: str) -> date:
    """Read a date as YYYY-MM-DD."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise PqlError(f"{text}: not a date; write it as 2026-05-31") from None


def load_tool(name: str) -> ModuleType:
    """Import a module of the project's tools/, which is not installed.

    Args:
        name: a package of tools/ and its module, such as ``benchmark.measure``.
    """
    package, _, module = name.partition(".")
    folder = root() / "tools" / package
    if not (folder / f"{module}.py").is_file():
        raise PqlError(f"{folder}: there is no such tool; take it from a clone of the project")
    spec = spec_from_file_location(
        f"pql_{package}", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    sys.modules[spec.name] = module_from_spec(spec)
    return import_module(f"{spec.name}.{module}")
