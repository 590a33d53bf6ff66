"""Run the statistics of calibration here, for a warehouse that runs no Python.

dbt's Python models are functions of a few small tables. Where the engine cannot run them, a SQL
model of the same name keeps their rows: this reads the tables, calls the same functions, and writes
the rows. What reads them in turn is dbt's to build.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from pql import project
from pql.warehouse import Warehouse

STAND_INS = "without_python"  # the folder of SQL models that keep the rows of Python models


def calibrate(warehouse: Warehouse) -> Iterator[list[str]]:
    """Write the rows of all Python models, as far as their inputs are built.

    Yields:
        The names of the models just written: what reads them has to be built before the next are.
    """
    nodes = warehouse.nodes
    pending = {key for key, node in nodes.items() if STAND_INS in Path(node.path).parts}
    while pending:
        ready = sorted(key for key in pending if not ancestors(nodes, key) & pending)
        for key in ready:
            run_model(warehouse, nodes[key])
        pending -= set(ready)
        yield [nodes[key].name for key in ready]


def ancestors(nodes: dict[str, Any], key: str) -> set[str]:
    """Return the keys of all models that a model reads, directly or not."""
    found: set[str] = set()
    waiting = list(nodes[key].depends_on.nodes)
    while waiting:
        parent = waiting.pop()
        if parent in nodes and parent not in found:
            found.add(parent)
            waiting += nodes[parent].depends_on.nodes
    return found


def run_model(warehouse: Warehouse, node: Any) -> None:
    """Call the function of a Python model as dbt would, and write what it returns."""
    relations = {warehouse.nodes[key].name: key for key in node.depends_on.nodes}

    def ref(name: str) -> SimpleNamespace:
        relation = warehouse.nodes[relations[name]].relation_name
        return SimpleNamespace(df=lambda: warehouse.read(relation))

    dbt = SimpleNamespace(ref=ref, config=SimpleNamespace(meta_get=node.config.meta.get))
    warehouse.write(node.relation_name, python_model(node).model(dbt, None))


def python_model(node: Any) -> ModuleType:
    """Import the Python model that a SQL model stands in for."""
    stand_in = project.root() / node.original_file_path
    file = stand_in.parents[1] / f"{node.name}.py"
    spec = spec_from_file_location(node.name, file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
