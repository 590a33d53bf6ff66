"""The launcher, and the list of leads it ends with: what they read, refuse and say. No dbt runs."""

import errno
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT

from pql import cli, config_files
from pql import project as project_module
from pql import raw as raw_tables
from pql.commands import build
from pql.errors import PqlError
from pql.formatting import plain_number

HEADER = "signal_id,signal_name,window_days\n"


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    for name in ("events", "users"):
        (folder / f"{name}.csv").write_text("user_id\n1\n")
    return folder


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a shipped config of one row per file."""
    root = tmp_path / "project"
    shipped = root / "seeds" / "config"
    shipped.mkdir(parents=True)
    for name in config_files.CONFIG_FILES:
        (shipped / name).write_text(f"{HEADER}shipped,{name},7\n")
    columns = [{"name": name} for name in HEADER.strip().split(",")]
    contract = [{"name": Path(name).stem, "columns": columns} for name in config_files.CONFIG_FILES]
    (shipped / config_files.CONTRACT).write_text(yaml.safe_dump({"seeds": contract}))
    (root / "dbt_project.yml").write_text("name: pql\n")
    contract = root / raw_tables.CONTRACT
    contract.parent.mkdir(parents=True)
    shutil.copy(PROJECT / raw_tables.CONTRACT, contract)
    monkeypatch.setenv("PQL_PROJECT", str(root))
    monkeypatch.delenv("PQL_DUCKDB_PATH", raising=False)
    return root


@pytest.fixture
def config(tmp_path):
    folder = tmp_path / "My rules!"
    folder.mkdir()
    for name in config_files.REQUIRED_CONFIG:
        (folder / name).write_text(f"{HEADER}mine,{name},14\n")
    return folder


def refused(call, *arguments):
    with pytest.raises(PqlError) as error:
        call(*arguments)
    message = str(error.value)
    assert "\n" not in message
    return message


# --- config folder --------------------------------------------------------------------------------


def overlay(folder, database="warehouse.duckdb"):
    return project_module.root() / config_files.overlay_config(folder, database)


def test_contract_names_every_shipped_file_and_column(monkeypatch):
    monkeypatch.setenv("PQL_PROJECT", str(PROJECT))
    shipped = PROJECT / "seeds" / "config"
    assert {path.name for path in shipped.glob("*.csv")} == set(config_files.CONFIG_FILES)
    seeds = yaml.safe_load((shipped / config_files.CONTRACT).read_text())["seeds"]
    assert {f"{seed['name']}.csv" for seed in seeds} == set(config_files.CONFIG_FILES)
    for name in config_files.CONFIG_FILES:
        header = (shipped / name).read_text().partition("\n")[0].split(",")
        assert set(header) <= set(config_files.columns_of(name))


def test_config_folder_lies_over_the_shipped_one(project, config):
    copy = overlay(config)
    assert copy.parent == project / ".config"
    assert copy.name.startswith("my_rules_")
    for name in config_files.REQUIRED_CONFIG:
        assert (copy / name).read_text() == f"{HEADER}mine,{name},14\n"
    for name in config_files.EMPTY_CONFIG:
        assert (copy / name).read_text() == HEADER
    for name in config_files.SHARED_CONFIG:
        assert (copy / name).read_text() == f"{HEADER}shipped,{name},7\n"
    contract = config_files.CONTRACT
    shipped = project / "seeds" / "config"
    assert (copy / contract).read_text() == (shipped / contract).read_text()


@pytest.mark.usefixtures("project")
def test_an_edited_config_is_copied_where_it_was_and_each_database_has_its_own(config):
    first, of_another = overlay(config), overlay(config, "another.duckdb")
    assert of_another != first
    with (config / "signals.csv").open("a") as file:
        file.write("second,Second,7\n")
    assert overlay(config) == first
    assert "second" in (first / "signals.csv").read_text()
    assert "second" not in (of_another / "signals.csv").read_text()


@pytest.mark.usefixtures("project")
def test_config_copy_edited_by_mistake_is_repaired(config):
    copy = overlay(config)
    (copy / "signals.csv").write_text("spoilt")
    assert "mine" in (overlay(config) / "signals.csv").read_text()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "content",
    [
        'signal_id,signal_name,window_days\na,"Café, twice",7\n'.encode("utf-8-sig"),
        'signal_id;signal_name;window_days\r\na;"Café, twice";7\r\n;;\r\n'.encode(),
        "signal_id\tsignal_name\twindow_days\na\tCafé, twice\t7\n".encode(),
        'window_days, signal_id ,signal_name\n7,a,"Café, twice"\n\n'.encode(),
    ],
    ids=["byte-order mark", "semicolons", "tabs", "other column order"],
)
def test_spreadsheets_csv_is_read(config, content):
    (config / "signals.csv").write_bytes(content)
    assert (overlay(config) / "signals.csv").read_text() == f'{HEADER}a,"Café, twice",7\n'


@pytest.mark.usefixtures("project")
def test_column_left_out_is_blank(config):
    (config / "signals.csv").write_text("signal_id,window_days\na,7\n")
    assert (overlay(config) / "signals.csv").read_text() == f"{HEADER}a,,7\n"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: no header; the columns are signal_id, signal_name"),
        (b"signal_id,signal_nam\n", "unknown column signal_nam; did you mean signal_name?"),
        (b"signal_id,signal_id\n", "line 1: the column signal_id is there twice"),
        (b"signal_id,\n", "line 1: column 2 has no name"),
        (b"signal_id,window_days\na,7\nb,7,8\n", "line 3: 3 cells under 2 columns"),
        (b"signal_id,window_days\na\n", "line 2: 1 cell under 2 columns"),
        (b"signal_id,signal_name\na,b\nb,Caf\xe9\n", "line 3: not UTF-8"),
        (b'signal_id,signal_name\na,"b\n', "line 2: unexpected end of data"),
    ],
)
def test_config_file_of_wrong_shape_is_refused(config, content, message):
    path = config / "signals.csv"
    path.write_bytes(content)
    text = refused(overlay, config)
    assert text.startswith(str(path))
    assert message in text


@pytest.mark.usefixtures("project")
def test_unknown_config_file_is_refused(config):
    (config / "fit_rule.csv").touch()
    assert "fit_rule.csv: not a config file; did you mean fit_rules.csv?" in refused(
        overlay, config
    )


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("name", config_files.REQUIRED_CONFIG)
def test_missing_config_file_is_named(config, name):
    (config / name).unlink()
    assert f"{name} is missing" in refused(overlay, config)


# --- dbt ------------------------------------------------------------------------------------------


def test_past_day_has_its_own_database(project, monkeypatch):
    day = date(2026, 5, 1)
    assert project_module.database_path() == project / "warehouse.duckdb"
    monkeypatch.setenv("PQL_DUCKDB_PATH", "/data/sales.duckdb")
    assert project_module.database_path(day) == Path("/data/sales_as_of_2026_05_01.duckdb")


@pytest.mark.parametrize("schema", project_module.SCHEMAS)
def test_database_named_like_a_schema_is_refused(monkeypatch, schema):
    monkeypatch.setenv("PQL_DUCKDB_PATH", f"data/{schema}.duckdb")
    assert "has the name of a schema" in refused(project_module.database_path)


def test_dates_and_vars_are_checked():
    assert project_module.parse_date("2026-05-01") == date(2026, 5, 1)
    assert "not a date" in refused(project_module.parse_date, "2026-02-30")
    assert build.parse_variables('{"decay_step_days": 1}') == {"decay_step_days": 1}
    assert "not JSON" in refused(build.parse_variables, "{decay}")
    assert "not a JSON object" in refused(build.parse_variables, "[1]")
    assert "give as_of as --as-of" in refused(build.parse_variables, '{"as_of": "2026-05-01"}')


@pytest.fixture
def dbt_calls(monkeypatch):
    calls = []

    def dbt_build(variables, selector, full_refresh, show, lock, **env):
        assert os.fstat(lock)
        calls.append((variables, selector, full_refresh, show, env))
        return 7, "what to fix"

    monkeypatch.setattr(build, "dbt_build", dbt_build)
    return calls


def test_demo_is_built_like_a_plain_dbt_build(project, dbt_calls):
    assert cli.main(["build"]) == 1
    unfinished = str(project / ".building" / "warehouse.duckdb")
    assert dbt_calls == [({}, "", False, "line", {"PQL_DUCKDB_PATH": unfinished})]


def test_everything_given_reaches_dbt(project, raw, config, dbt_calls, capsys):
    (raw / "attributes.csv").write_text("entity_type\n")
    arguments = ["--raw", str(raw), "--config", str(config), "--as-of", "2026-05-01"]
    arguments += ["--vars", '{"projection_days": 30}', "--selector", "hourly", "--full-refresh"]
    cli.main(["build", *arguments])
    ((variables, selector, full_refresh, show, env),) = dbt_calls
    assert variables == {
        "raw_source": "canonical",
        "raw_path": str(raw),
        "raw_tables": ["attributes"],
        "projection_days": 30,
        "as_of": "2026-05-01",
    }
    assert (selector, full_refresh, show) == ("hourly", True, "line")
    past = project / ".building" / "warehouse_as_of_2026_05_01.duckdb"
    assert env["PQL_DUCKDB_PATH"] == str(past)
    assert (project / env["PQL_CONFIG_PATH"] / "signals.csv").exists()
    error = capsys.readouterr().err
    assert f"{raw}: events, users, attributes\n" in error
    assert (
        f"error: the build failed, and {project / 'warehouse_as_of_2026_05_01.duckdb'} is" in error
    )
    assert error.endswith("build.log\nwhat to fix\n")


@pytest.mark.usefixtures("project")
def test_mistake_is_one_line_and_exit_code_2(dbt_calls, capsys, tmp_path):
    assert cli.main(["build", "--raw", str(tmp_path / "nowhere")]) == 2
    assert dbt_calls == []
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_a_build_takes_the_place_of_the_last_one_if_it_succeeds(project, monkeypatch, capsys):
    def dbt_build(*arguments, **env):
        with duckdb.connect(env["PQL_DUCKDB_PATH"]) as connection:
            connection.execute("create table if not exists builds (n integer)")
            connection.execute("insert into builds select count(*) + 1 from builds")
        return returncode, ""

    def count_builds():
        with duckdb.connect(database, read_only=True) as connection:
            return connection.execute("select count(*) from warehouse.builds").fetchone()

    monkeypatch.setattr(build, "dbt_build", dbt_build)
    database = project / "warehouse.duckdb"
    returncode = 1
    assert cli.main(["build"]) == 1
    assert not database.exists()
    for returncode, count in ((0, 1), (1, 1), (0, 2)):
        assert cli.main(["build"]) == returncode
        assert count_builds() == (count,)
    assert capsys.readouterr().err.count(f"{database} is left as it was; as far as it came") == 2


def test_a_full_disk_is_one_line(project, dbt_calls, monkeypatch, capsys):
    def copyfile(source, target):
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pql.database.shutil.copyfile", copyfile)
    database = project / "warehouse.duckdb"
    duckdb.connect(database).close()
    before = database.read_bytes()
    assert cli.main(["build"]) == 2
    assert dbt_calls == []
    assert database.read_bytes() == before
    unfinished = project / ".building" / "warehouse.duckdb"
    assert capsys.readouterr().err == (
        f"error: {unfinished}: cannot copy {database} there; No space left on device\n"
    )


def test_what_a_killed_writer_left_beside_the_file_is_kept(project, monkeypatch):
    database = project / "warehouse.duckdb"
    script = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("create table notes as select 1 as n")
connection.execute("checkpoint")
connection.execute("insert into notes values (2)")
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script, str(database)], check=False)
    assert database.with_name("warehouse.duckdb.wal").exists()
    monkeypatch.setattr(build, "dbt_build", lambda *arguments, **env: (0, ""))
    assert cli.main(["build"]) == 0
    assert [path.name for path in project.glob("*.duckdb*")] == ["warehouse.duckdb"]
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("select count(*) from notes").fetchone() == (2,)


def test_of_two_builds_at_once_the_second_is_refused(project, monkeypatch, capsys):
    said = []

    def dbt_build(*arguments, **env):
        duckdb.connect(env["PQL_DUCKDB_PATH"]).close()
        said.append(cli.main(["build"]))
        return 0, ""

    monkeypatch.setattr(build, "dbt_build", dbt_build)
    assert cli.main(["build"]) == 0
    assert said == [2]
    assert capsys.readouterr().err == (
        f"error: {project / 'warehouse.duckdb'}: another build is under way; "
        "wait for it to finish\n"
    )


# --- the strongest leads --------------------------------------------------------------------------


@pytest.fixture
def marts(tmp_path, monkeypatch):
    path = tmp_path / "leads.duckdb"
    monkeypatch.setenv("PQL_DUCKDB_PATH", str(path))
    monkeypatch.setenv("COLUMNS", "100")
    return path


def write_mart(path, entity, rows):
    columns = (
        "account_name text, email text, definition_id text, score decimal(18, 2), "
        "score_threshold decimal(18, 2), is_qualified boolean, qualified_by text, "
        "qualified_on date, as_of_date date, ineligible_reason text, gap_to_qualify text, "
        "top_reasons text, tier text, motion text, next_action text, owner_role text, owner text, "
        "sla_due_at timestamp, talking_point text, suppression_reason text, is_holdout boolean"
    )
    with duckdb.connect(path) as connection:
        connection.execute("create schema if not exists pql")
        connection.execute(f"create table pql.pql_{entity}s ({entity}_id text, {columns})")
        for row in rows:
            names = ", ".join(row)
            places = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into pql.pql_{entity}s ({names}) values ({places})", [*row.values()]
            )


def lead(account_id, score, *, qualified, **other):
    return {
        "account_id": account_id,
        "definition_id": "six_signal",
        "score": score,
        "is_qualified": qualified,
        "as_of_date": "2026-06-30",
        "tier": "low",
        "motion": "self_serve",
        "next_action": None,
        "owner_role": "growth",
        "owner": None,
        "sla_due_at": None,
        "talking_point": None,
        "suppression_reason": None,
        "is_holdout": False,
        **other,
    }


def test_leads_are_shown_qualified_first_then_by_score(marts, capsys):
    high = lead("high", 90, qualified=False, gap_to_qualify="needs 10 employees")
    low = lead("low", 50.5, qualified=True, qualified_on="2026-06-01", score_threshold=50)
    raised = lead(
        "raised",
        60,
        qualified=True,
        qualified_on="2026-06-02",
        qualified_by="hand_raise",
        tier="hand_raiser",
        motion="sales_assisted",
        next_action="call them",
        owner_role="sales",
        owner="rep_1",
        sla_due_at="2026-06-02 17:05:09",
        talking_point="They asked for a demo.",
        suppression_reason="with sales since 2026-06-03 (working)",
        is_holdout=True,
    )
    write_mart(marts, "account", [high, low | {"top_reasons": "Saw pricing twice"}, raised])
    assert cli.main(["show"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Strongest accounts as of 2026-06-30 (2 qualified in all)",
        "",
        "  #  account  definition  score       qualified since",
        "  1  raised   six_signal  60          2026-06-02 (raised a hand)",
        "     no reasons",
        "     hand_raiser -> sales_assisted: call them · sales · owner rep_1"
        " · due 2026-06-02 17:05",
        "     say: They asked for a demo.",
        "     suppressed: with sales since 2026-06-03 (working)",
        "     held out: sales does not see it",
        "",
        "  2  low      six_signal  50.5 of 50  2026-06-01",
        "     Saw pricing twice",
        "     low -> self_serve: no action named · growth",
        "",
        "  3  high     six_signal  90          not qualified",
        "     no reasons",
        "     lacking: needs 10 employees",
    ]


def test_users_are_shown_where_no_account_is_scored(marts, capsys):
    write_mart(marts, "account", [])
    user = lead("", 60, qualified=True, email="ada@acme.example", user_id="u1")
    del user["account_id"]
    write_mart(marts, "user", [user])
    assert cli.main(["show"]) == 0
    assert "1  ada@acme.example (u1)" in capsys.readouterr().out


def test_text_of_the_product_cannot_steer_the_terminal(marts, capsys):
    evil = "Ac\x1b[2Jme\r\n\u202eInc"
    write_mart(marts, "account", [lead("a", 1, qualified=True, account_name=evil)])
    cli.main(["show"])
    assert "1  Ac [2Jme Inc (a)" in capsys.readouterr().out


def test_long_reasons_are_wrapped(marts, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    row = lead("a", 100, qualified=True, qualified_on="2026-06-01", top_reasons="word " * 40)
    write_mart(marts, "account", [row])
    cli.main(["show"])
    _, *lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 5
    assert max(map(len, lines)) <= 40


def test_missing_database_or_mart_is_one_line(marts, capsys):
    assert cli.main(["show"]) == 2
    assert "no such database; run `pql build` first" in capsys.readouterr().err
    duckdb.connect(marts).close()
    assert cli.main(["show"]) == 2
    error = capsys.readouterr().err
    assert "there is no pql_accounts in it" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(("value", "text"), [(100, "100"), (62.5, "62.5"), (0, "0"), (-5, "-5")])
def test_numbers_have_no_idle_zeros(value, text):
    assert plain_number(value) == text
