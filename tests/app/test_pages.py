"""The pages without a browser: their numbers are the marts', and text is shown as text."""

import csv
import io
import os
import shutil
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, run_build
from pages import opened

from pql import project
from pql.app import drafts, leads, previewing, shared
from pql.app.shared import as_csv, defused, plain
from pql.commands.config import save
from pql.config_files import columns_of, config_files
from pql.errors import PqlError

SHIPPED = PROJECT / "seeds" / "config"
POISON = "<script>alert(1)</script> ![x](http://x.example/y.png) =1+1"


@pytest.fixture(scope="module")
def database(demo, tmp_path_factory) -> Path:
    """The demo, where an account is called like a script."""
    path = tmp_path_factory.mktemp("app") / "poisoned.duckdb"
    shutil.copyfile(demo.database, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update pql.pql_accounts set account_name = ?", [POISON])
        connection.execute("update pql_intermediate.int_accounts set account_name = ?", [POISON])
    return path


@pytest.fixture(autouse=True)
def built(database, monkeypatch):
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(database))


def ask(database, sql):
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_numbers_of_leads_are_those_of_the_mart(database):
    page = opened("leads")
    ((qualified, eligible, scored),) = ask(
        database,
        "select count(*) filter (where is_qualified), count(*) filter (where is_eligible), count(*)"
        " from pql.pql_accounts",
    )
    assert [metric.value for metric in page.metric] == [
        f"{qualified:,}", f"{eligible:,}", f"{scored:,}",
    ]  # fmt: skip
    frame = page.dataframe[0].value
    assert frame["Score"].iloc[0] == float(
        ask(database, "select max(score) from pql.pql_accounts where is_qualified")[0][0]
    )
    assert len(frame) == min(scored, leads.TOP)


def test_filters_and_search_narrow_the_leads(database):
    page = opened("leads")
    page.selectbox[0].select("expansion")
    page.selectbox[1].select("Qualified")
    page.run()
    ((wanted,),) = ask(
        database,
        "select count(*) from pql.pql_accounts where definition_id = 'expansion' and is_qualified",
    )
    assert page.metric[0].value == page.metric[2].value == str(wanted)
    page.text_input(key="search").set_value("nobody is called so").run()
    assert page.metric[2].value == "0"
    assert "Nobody is like this" in page.info[0].value


def test_one_lead_says_what_the_marts_say(database):
    (account, score, threshold), *_ = ask(
        database,
        "select account_id, score, score_threshold from pql.pql_accounts where is_qualified"
        " and definition_id = 'expansion' order by account_id",
    )
    page = opened("lead", who=f"account:{account}")
    assert page.metric[0].value == f"{float(score):g} of {float(threshold):g}"
    assert page.metric[1].value == "yes"
    ((points,),) = ask(
        database,
        f"select sum(points) from pql.pql_reasons where entity_id = '{account}'"
        " and definition_id = 'expansion' and definition_version = 1",
    )
    assert page.dataframe[0].value["Points"].sum() == float(points)


def test_a_name_is_shown_as_text(database):
    ((account,),) = ask(database, "select min(account_id) from pql.pql_accounts")
    page = opened("lead", who=account)
    assert page.header[0].value == plain(POISON)
    assert "![" not in page.header[0].value
    assert r"\<script\>" in page.header[0].value


def test_who_is_not_known_is_said_in_a_line():
    with pytest.raises(AssertionError, match="is not known"):
        opened("lead", who="nobody of this name")


def test_data_adds_up(database):
    page = opened("data")
    raw, accepted, duplicate, rejected, _ = (int(m.value.replace(",", "")) for m in page.metric)
    assert raw == accepted + duplicate + rejected
    assert raw == ask(database, "select sum(raw_count) from pql.event_reconciliation")[0][0]


def test_definitions_are_said_and_checked(database):
    page = opened("definitions")
    wanted = ask(
        database,
        "select description from pql.pql_definitions where definition_id = 'expansion'"
        " and status = 'live'",
    )
    assert page.markdown[0].value == plain(wanted[0][0])
    assert page.success[0].value == "The checks of the project find nothing wrong."


def test_a_database_that_is_not_there_is_said_without_its_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(tmp_path / "none.duckdb"))
    with pytest.raises(PqlError) as error:
        shared.read("as_of")
    assert shared.said(error.value) == "none.duckdb: no such database; run `pql build` first"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1"])
def test_a_download_holds_no_formula(text):
    assert defused(text)[0] == "'"
    (row,) = csv.DictReader(io.StringIO(as_csv([{"name": text, "n": -1}]).decode("utf-8-sig")))
    assert row["name"].startswith("'")
    assert row["n"] == "-1"


# --- a change that is kept ------------------------------------------------------------------------


def test_a_change_is_kept_as_a_new_version_beside_the_live_one():
    base = drafts.begin(config_files(SHIPPED))
    draft = drafts.begin(config_files(SHIPPED))
    columns = columns_of("definitions.csv")
    for row in draft["definitions.csv"]:
        if row[0] == "expansion":
            row[columns.index("score_threshold")] = "70"
    kept, number = drafts.as_new_version(base, draft, "expansion", 1, "draft")
    assert number == 2
    rows = [row for row in kept["definitions.csv"] if row[0] == "expansion"]
    seen = [
        tuple(row[columns.index(name)] for name in ("version", "status", "score_threshold"))
        for row in rows
    ]
    assert seen == [("1", "live", "60"), ("2", "draft", "70")]
    for name, before in base.items():
        assert [row for row in kept[name] if row in before] == before
    rules = [row[1] for row in kept["definition_rules.csv"] if row[0] == "expansion"]
    assert rules.count("1") == rules.count("2") > 0


def test_the_next_build_has_a_challenger_that_was_kept(database, tmp_path):
    base, draft = (drafts.begin(config_files(SHIPPED)) for _ in range(2))
    place = columns_of("definitions.csv").index("score_threshold")
    for row in draft["definitions.csv"]:
        if row[0] == "expansion":
            row[place] = "40"
    kept, number = drafts.as_new_version(base, draft, "expansion", 1, "challenger")
    save(tmp_path / "kept", drafts.as_files(kept, {}))
    built = run_build(tmp_path, config=tmp_path / "kept", tests=False)
    assert built.returncode == 0, built.output
    versions = (
        "select definition_version, status, score_threshold"
        " from pql_staging.stg_config__definitions where definition_id = 'expansion' order by 1"
    )
    assert ask(built.database, versions) == [(1, "live", 60), (number, "challenger", 40)]
    of_live = (
        "select account_id, score, is_qualified from pql.pql_accounts"
        " where definition_id = 'expansion' order by 1"
    )
    assert ask(built.database, of_live) == ask(database, of_live)
    ((more,),) = ask(
        built.database,
        "select count(distinct entity_id) from pql.pql_history where definition_id = 'expansion'"
        f" and definition_version = {number} and is_qualified and not is_projected",
    )
    ((before,),) = ask(
        database,
        "select count(distinct entity_id) from pql.pql_history where definition_id = 'expansion'"
        " and is_qualified and not is_projected",
    )
    assert more > before > 0


def test_a_preview_that_is_stopped_leaves_nothing_running(tmp_path, monkeypatch):
    monkeypatch.setattr(previewing, "SCRATCH", tmp_path)
    started = previewing.Preview(config_files(SHIPPED), "")
    children: list[int] = []
    for _ in range(600):
        found = subprocess.run(
            ["pgrep", "-P", str(started.process.pid)], capture_output=True, text=True
        ).stdout
        children = [int(pid) for pid in found.split()]
        if children:
            break
        time.sleep(0.1)
    assert children, started.said()
    assert started.is_running
    assert started.progress().words.startswith("current config: ")
    started.stop()
    assert not started.is_running
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    "name",
    ["", ".", "seeds/config", "seeds", "../elsewhere", "/elsewhere", "src/pql", ".git", "models/x"],
)
def test_nothing_of_the_project_is_written_over(name):
    with pytest.raises(PqlError):
        drafts.new_folder(name)


def test_a_new_folder_may_be_written():
    assert drafts.new_folder("a_new_config") == project.root() / "a_new_config"


def test_a_problem_stands_at_its_row():
    rows = drafts.begin(config_files(SHIPPED))["definition_rules.csv"]
    problem = {
        "file_name": "definition_rules.csv",
        "row_key": "expansion v1 / seats",
        "column_name": "points",
        "problem": '"x" is not a number',
        "suggested_fix": "write a number",
    }
    said = drafts.at_rows("definition_rules.csv", rows, [problem])
    place = [row[0] == "expansion" and row[2] == "seats" for row in rows].index(True)
    assert [n for n, text in enumerate(said) if text] == [place]
    assert said[place] == 'points: "x" is not a number → write a number'
