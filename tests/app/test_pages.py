"""The pages without a browser: their numbers are the marts', and text is shown as text."""

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, run_build
from pages import opened

from pql import cli, project
from pql.app import drafts, leads, previewing, shared
from pql.app.shared import as_csv, defused, plain
from pql.commands import preview
from pql.commands.config import save
from pql.config_files import columns_of, config_files
from pql.database import copy_database, one_build_at_a_time, put_in_place
from pql.errors import PqlError

PAGES = ("leads", "lead", "definitions", "review", "data")
NO_FILTER = dict.fromkeys(("search", "definition_id", "is_qualified", *leads.FILTERS))
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


@pytest.mark.parametrize("kind", ["account", "user"])
def test_each_filter_counts_what_the_mart_has_of_it(database, kind):
    said = {
        "owner": "coalesce(owner, owner_role)",
        "company_size": "if(cast(employee_count as bigint) < 50, '1-49', null)",
    }
    with shared.one_build():
        for name in ("definition_id", *leads.FILTERS):
            wanted = ask(
                database,
                f"select {said.get(name, name)} as said, count(*) from pql.pql_{kind}s left join"
                " pql_intermediate.int_accounts using (account_id) where said is not null"
                " group by said order by said limit 2",
            )
            assert wanted, name
            for value, leads_of_it in wanted:
                values = NO_FILTER | {name: value}
                assert shared.read(f"{kind}_count", **values)[0]["leads"] == leads_of_it
                assert len(shared.read(f"{kind}_leads", top=10_000, **values)) == leads_of_it


@pytest.mark.parametrize(
    ("kind", "column"),
    [("account", "account_id"), ("account", "domain"), ("user", "user_id"), ("user", "email")],
)
def test_a_lead_is_found_by_its_id_mail_address_or_domain(database, kind, column):
    ((wanted, text),) = ask(
        database,
        f"select {kind}_id, {column} from pql.pql_{kind}s where {column} is not null"
        f" order by score desc, {kind}_id limit 1",
    )
    with shared.one_build():
        found = shared.read(f"{kind}_leads", top=10, **NO_FILTER | {"search": text.upper()})
        found += shared.read(f"{kind}_leads", top=10, **NO_FILTER | {"search": text})
    assert {row[f"{kind}_id"] for row in found} == {wanted}


def test_what_is_picked_on_the_page_is_what_is_shown():
    page = opened("leads")
    everybody = page.metric[2].value
    for name in leads.FILTERS:
        (box,) = (box for box in page.selectbox if box.label == shared.head(name))
        picked = box.options[0]
        box.select(picked)
        page.run()
        with shared.one_build():
            (count,) = shared.read("account_count", **NO_FILTER | {name: picked})
        assert page.metric[2].value == f"{count['leads']:,}" != everybody
        next(box for box in page.selectbox if box.label == shared.head(name)).set_value(None)


@pytest.mark.parametrize("kind", ["account", "user"])
def test_a_download_is_what_is_chosen_and_holds_no_formula(database, kind):
    text = leads.download(kind, NO_FILTER | {"is_qualified": True}).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    ((wanted,),) = ask(database, f"select count(*) from pql.pql_{kind}s where is_qualified")
    assert len(found) == wanted > 0
    for row in found:
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "-", "@")


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
    (error,) = opened("lead", who="nobody of this name").error
    assert "is not known" in error.value


def test_data_adds_up(database):
    page = opened("data")
    raw, accepted, duplicate, rejected = (int(m.value.replace(",", "")) for m in page.metric[:4])
    assert raw == accepted + duplicate + rejected
    assert raw == ask(database, "select sum(raw_count) from pql.event_reconciliation")[0][0]


def test_data_says_how_fresh_each_source_was_and_how_the_last_build_ended(tmp_path, monkeypatch):
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path))
    infos = [info.value for info in opened("data").info]
    assert any("dbt source freshness" in text for text in infos)
    assert any("pql build" in text for text in infos)
    late = {
        "unique_id": "source.pql.segment.tracks",
        "status": "error",
        "max_loaded_at": "2026-06-28T06:00:00+00:00",
        "snapshotted_at": "2026-06-30T18:00:00+00:00",
        "max_loaded_at_time_ago_in_s": 216_000.0,
    }
    lost = {"unique_id": "source.pql.heap.all_events", "status": "runtime error", "error": "/x/y"}
    (tmp_path / "sources.json").write_text(json.dumps({"results": [late, lost]}))
    (tmp_path / "build.log").write_text(
        "20:52:24  7 of 9 OK created sql table model pql.pql_users ...... [OK in 2.50s]\n"
        "20:52:25  Finished running 9 table models in 0 hours 0 minutes and 3.10 seconds (3.10s).\n"
        "20:52:28  \x1b[33mWarning in test the_feed_is_not_silent (tests/singular/x.sql)\x1b[0m\n"
        "20:52:28  Done. PASS=8 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=9\n"
    )
    page = opened("data")
    sources = next(frame.value for frame in page.dataframe if "Hours old" in frame.value)
    assert list(sources["Source"]) == ["segment.tracks", "heap.all_events"]
    assert sources["Hours old"].iloc[0] == 60
    assert list(sources["State"]) == ["error", "runtime error"]
    assert [metric.value for metric in page.metric][-5:] == ["3 s", "8", "1", "0", "0"]
    assert any("the\\_feed\\_is\\_not\\_silent" in text.value for text in page.markdown)
    (tmp_path / "sources.json").write_text("half")
    (tmp_path / "build.log").write_text("20:52:24  1 of 9 START sql table model pql.x [RUN]\n")
    infos = [info.value for info in opened("data").info]
    assert any("cannot be read" in text for text in infos)
    assert any("under way" in text for text in infos)


def test_definitions_are_said_and_checked(database):
    page = opened("definitions")
    wanted = ask(
        database,
        "select description from pql.pql_definitions where definition_id = 'expansion'"
        " and status = 'live'",
    )
    assert page.markdown[0].value == plain(wanted[0][0])
    assert page.success[0].value == "The checks of the project find nothing wrong."


@pytest.mark.parametrize(
    ("name", "trouble"),
    [*((name, "none") for name in PAGES), ("leads", "no database"), ("data", "no table")],
)
def test_no_folder_of_the_server_is_shown(name, trouble, monkeypatch, tmp_path, database):
    if trouble != "none":
        database = tmp_path / "broken.duckdb"
        monkeypatch.setenv("PQL_DUCKDB_PATH", str(database))
    if trouble == "no database":
        database.write_text("no database")
    elif trouble == "no table":
        duckdb.connect(str(database)).close()
    page = opened(name, **({"who": "a_037"} if name == "lead" else {}))
    shown = " ".join(str(getattr(part, "value", "")) for part in page.main)
    assert bool(page.error) is (trouble != "none")
    for folder in (database.parent, PROJECT, Path.home()):
        assert str(folder) not in shown.replace("\\", "")


def test_a_database_that_is_not_there_is_said_without_its_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(tmp_path / "none.duckdb"))
    (error,) = opened("leads").error
    assert error.value == plain("none.duckdb: no such database; run `pql build` first")


def test_pages_show_the_last_build_also_while_the_next_one_runs(demo, tmp_path, monkeypatch):
    mine = tmp_path / "mine.duckdb"
    shutil.copyfile(demo.database, mine)
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(mine))
    scored = int(opened("leads").metric[2].value)
    with one_build_at_a_time(mine), shared.one_build():  # a build, and a page that is open
        unfinished = copy_database(mine)
        with duckdb.connect(str(unfinished)) as connection:
            connection.execute("delete from pql.pql_accounts")
            assert opened("leads").metric[2].value == str(scored)
            code = "from pages import opened; print(opened('leads').metric[2].value)"
            another_app = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            )  # fmt: skip
            assert another_app.stdout.strip() == str(scored)
        put_in_place(unfinished, mine)
        assert opened("leads").metric[2].value == "0"
    assert opened("leads").metric[2].value == "0"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--host", "999.1.1.1"], "--host 999.1.1.1: not an address of this machine"),
        (["--raw", "nowhere"], "nowhere: no such folder"),
        (["--config", "nowhere"], "nowhere: no such folder"),
        ([], "cannot be listened on, name another"),
    ],
)
def test_what_the_workbench_cannot_start_with_is_said_in_a_line(given, said, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert cli.main(["app", "--no-browser", "--port", port, *given]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


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


def test_a_challenger_is_saved_from_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "new_folder", lambda name: tmp_path / name)
    page = opened("definitions")
    next(box for box in page.selectbox if box.label == "As a").select("challenger")
    next(field for field in page.text_input if "folder" in field.label).set_value("tried")
    next(button for button in page.button if "Save" in button.label).click()
    page.run()
    assert "version 2, a challenger" in page.success[-1].value
    assert str(tmp_path) not in page.success[-1].value
    kept = config_files(tmp_path / "tried")
    columns = columns_of("definitions.csv")
    rows = drafts.begin(kept)["definitions.csv"]
    seen = [(row[1], row[columns.index("status")]) for row in rows if row[0] == "expansion"]
    assert seen == [("1", "live"), ("2", "challenger")]


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


def test_each_preview_has_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "SCRATCH", tmp_path / "preview")
    first, first_lock = preview.own_folder()
    second, second_lock = preview.own_folder()
    assert [first.name, second.name] == ["preview", "preview_2"]
    first_lock.close()
    third, third_lock = preview.own_folder()
    assert third == first
    second_lock.close()
    third_lock.close()


def test_a_preview_that_is_stopped_leaves_nothing_running(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "SCRATCH", tmp_path / "preview")
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
    another = preview.own_folder()[0]
    assert another != started.folder
    started.stop()
    assert not started.is_running
    assert preview.own_folder()[0] == started.folder
    assert until_ended(children)


def until_ended(processes: list[int]) -> bool:
    """Wait a little for processes to end; whether they do."""
    for _ in range(100):
        processes = [pid for pid in processes if Path(f"/proc/{pid}").exists()]
        if not processes:
            return True
        time.sleep(0.1)
    return False


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
