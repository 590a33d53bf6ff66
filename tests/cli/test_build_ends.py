"""How a build ends: what it leaves on disk, what it says, and that nothing of it goes on."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from conftest import PQL, PROJECT

from pql import database as databases
from pql import project
from pql.dbt import what_to_do
from pql.errors import PqlError

TO_FIX = [
    "To fix in the configuration or the raw tables:",
    "error: no_mass_change_goes_unseen",
    "    it is too much",
    "errors: 1 (what depends on them is not built)",
    "warnings: 0",
]


def refused(call, *arguments) -> str:
    with pytest.raises(PqlError) as error:
        call(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def database(path: Path, rows: int) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute(f"create table numbers as from range({rows})")
    return path


def test_a_finished_database_takes_the_place_of_the_last(tmp_path):
    last, new = database(tmp_path / "last.duckdb", 1), database(tmp_path / "new.duckdb", 2)
    with duckdb.connect(new, config={"checkpoint_threshold": "1TB"}) as connection:
        connection.execute("insert into numbers from range(5)")
    databases.put_in_place(new, last)
    with duckdb.connect(last, read_only=True) as connection:
        assert connection.execute("select count(*) from numbers").fetchone() == (7,)
    assert stat.S_IMODE(last.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["last.duckdb"]


def test_what_cannot_be_finished_takes_no_place(tmp_path):
    last, new = database(tmp_path / "last.duckdb", 1), tmp_path / "new.duckdb"
    new.write_bytes(b"not a database " * 1000)
    assert "is left as it was" in refused(databases.put_in_place, new, last)
    with duckdb.connect(last, read_only=True) as connection:
        assert connection.execute("select count(*) from numbers").fetchone() == (1,)


def test_no_room_for_the_log_is_no_success(tmp_path):
    """With files bounded in size, as on a full disk, a checkpoint fails."""
    script = """
import duckdb, pathlib, resource, signal, sys
from pql.database import put_in_place
from pql.errors import PqlError
new, last = map(pathlib.Path, sys.argv[1:])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with duckdb.connect(new, config={"checkpoint_threshold": "1TB"}) as connection:
    connection.execute("insert into numbers select hash(range) // 4 from range(100000)")
    resource.setrlimit(resource.RLIMIT_FSIZE, (new.stat().st_size + 4096, resource.RLIM_INFINITY))
try:
    put_in_place(new, last)
except PqlError as error:
    print(error)
    sys.exit(3)
"""
    last, new = database(tmp_path / "last.duckdb", 1), database(tmp_path / "new.duckdb", 2)
    done = subprocess.run(
        [sys.executable, "-c", script, str(new), str(last)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout.count("\n") == 1
    with duckdb.connect(last, read_only=True) as connection:
        assert connection.execute("select count(*) from numbers").fetchone() == (1,)


def test_on_a_disk_of_any_size_it_is_the_new_data_or_the_old(tmp_path):
    """Files are bounded in size, from too little for the log to enough for all."""
    script = """
import duckdb, pathlib, resource, shutil, signal, sys
from pql.database import put_in_place
from pql.errors import PqlError
folder = pathlib.Path(sys.argv[1])
last, new = folder / "last.duckdb", folder / "new.duckdb"
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ends = []
for step in range(20):
    shutil.copy(folder / "first.duckdb", last)
    shutil.copy(last, new)
    room = last.stat().st_size + step * 65536
    connection = duckdb.connect(new)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        connection.execute("insert into numbers select hash(range) // 4 from range(100000)")
        connection.close()
        put_in_place(new, last)
        ends.append(100001)
    except (PqlError, duckdb.Error):
        ends.append(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with duckdb.connect(last, read_only=True) as connection:
        found = connection.execute("select count(*) from numbers").fetchone()[0]
    assert found == ends[-1], (step, found, ends)
    for path in folder.glob("new.duckdb*"):
        path.unlink()
assert set(ends) == {1, 100001}, ends
"""
    database(tmp_path / "first.duckdb", 1)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["it's.duckdb", 'a"b.duckdb', "line\nbreak.duckdb"])
def test_a_name_that_sql_cannot_hold_is_refused(monkeypatch, name):
    monkeypatch.setenv("PQL_DUCKDB_PATH", name)
    assert "choose another name" in refused(project.database_path)


def test_a_memory_limit_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("PQL_MEMORY_LIMIT", "lots")
    assert refused(databases.check_memory_limit) == (
        "PQL_MEMORY_LIMIT: lots is not a memory limit; write 4GB or 80%"
    )
    monkeypatch.setenv("PQL_MEMORY_LIMIT", "512MB")
    databases.check_memory_limit()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / ".building").write_text("a file where a folder has to be")
    building = databases.one_build_at_a_time(tmp_path / "test.duckdb")
    assert "cannot be written, and the database is built there" in refused(building.__enter__)


def test_what_to_fix_is_said_and_nothing_else():
    lines = ["Running with dbt", *TO_FIX, "Failure in test no_mass_change_goes_unseen (x.sql)", ""]
    assert what_to_do(lines, failed=True) == TO_FIX
    assert what_to_do(["Running with dbt", "Done."], failed=False) == []


def test_what_broke_is_said_with_its_reason():
    failure = ["Failure in model int_users (models/int_users.sql)", "  Out of memory"]
    lines = ["1 of 2 SKIP relation a", *failure, "", "Done."]
    assert what_to_do(lines, failed=True) == ["", *failure]
    assert (
        what_to_do([*lines[:3], "", *failure, "", *failure, "", *failure, ""], failed=True)[-1]
        == "... and 1 more failed"
    )


def test_of_a_crash_the_last_line_is_said():
    lines = ["Running with dbt", "Traceback (most recent call last):", "  File x", "Error: no", ""]
    assert what_to_do(lines, failed=True) == ["Error: no"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_dbt_ends_with_its_build(tmp_path, number):
    own = {
        "PQL_DUCKDB_PATH": str(tmp_path / "test.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    process = subprocess.Popen([PQL, "build", "--quiet"], cwd=PROJECT, env=os.environ | own)
    log = tmp_path / "logs" / "build.log"
    deadline = time.monotonic() + 120
    while not (log.exists() and b" START " in log.read_bytes()):
        assert time.monotonic() < deadline, "the build did not begin"
        time.sleep(0.1)
    process.send_signal(number)
    assert process.wait() == (143 if number == signal.SIGTERM else -signal.SIGKILL)
    # dbt holds the lock as well, as long as it is there
    while True:
        try:
            with databases.one_build_at_a_time(tmp_path / "test.duckdb"):
                break
        except PqlError:
            assert time.monotonic() < deadline, "dbt goes on"
            time.sleep(0.1)
    assert not (tmp_path / "test.duckdb").exists()
    for path in (tmp_path / ".building").iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
