"""What stands in for the Python models on engines that run none."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml
from conftest import PROJECT

from pql.commands.calibrate import STAND_INS, calibrate

CALIBRATION = PROJECT / "models" / "intermediate" / "calibration"
PYTHON_MODELS = sorted(path.stem for path in CALIBRATION.glob("*.py"))


def test_each_python_model_has_a_stand_in():
    assert sorted(path.stem for path in (CALIBRATION / STAND_INS).glob("*.sql")) == PYTHON_MODELS
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    calibration = settings["models"]["pql"]["intermediate"]["calibration"]
    assert sorted(calibration) == sorted([STAND_INS, *PYTHON_MODELS])


@pytest.mark.parametrize("name", PYTHON_MODELS)
def test_each_column_of_a_python_model_has_a_type(name: str):
    described = yaml.safe_load((CALIBRATION / "_calibration__models.yml").read_text())
    (model,) = [model for model in described["models"] if model["name"] == name]
    assert [c["name"] for c in model["columns"] if "data_type" not in c] == []


class Kept:
    """A warehouse of frames."""

    def __init__(self, nodes: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
        self.nodes = nodes
        self.tables = tables

    def read(self, relation: str) -> pd.DataFrame:
        return self.tables[relation]

    def write(self, relation: str, frame: pd.DataFrame) -> None:
        self.tables[relation] = frame


def node(name: str, folder: Path, parents: list[str], **meta: Any) -> SimpleNamespace:
    """A model as dbt's manifest has it."""
    return SimpleNamespace(
        name=name,
        path=str(folder / f"{name}.sql"),
        original_file_path=str(folder / f"{name}.sql"),
        relation_name=name,
        depends_on=SimpleNamespace(nodes=parents),
        config=SimpleNamespace(meta=meta),
    )


def test_what_reads_a_python_model_is_built_before_the_next(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PQL_PROJECT", str(PROJECT))
    for name, source, added in (("first", "raw", "step"), ("last", "between", "step")):
        (tmp_path / f"{name}.py").write_text(
            f"def model(dbt, session):\n"
            f"    frame = dbt.ref('{source}').df()\n"
            f"    return frame.assign(value=frame['value'] + dbt.config.meta_get('{added}'))\n"
        )
    stand_ins = tmp_path / STAND_INS
    nodes = {
        "raw": node("raw", tmp_path, []),
        "first": node("first", stand_ins, ["raw"], step=1),
        "between": node("between", tmp_path, ["first"]),
        "last": node("last", stand_ins, ["between"], step=10),
    }
    warehouse = Kept(nodes, {"raw": pd.DataFrame({"value": [0, 5]})})
    written = []
    for names in calibrate(warehouse):
        written.append(names)
        warehouse.tables["between"] = warehouse.tables["first"] * 2  # what dbt builds meanwhile
    assert written == [["first"], ["last"]]
    assert warehouse.tables["last"]["value"].tolist() == [12, 22]
