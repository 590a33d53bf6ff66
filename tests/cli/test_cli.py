"""The command `pql` itself: its help, its exit codes, and how it takes being cut short."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PQL, PROJECT
from typer.main import get_command

from pql import cli, config_files, project
from pql.dbt import STEP, where_the_time_went
from pql.errors import PqlError
from pql.starter.signals import can_be_named

COMMANDS = (
    "build", "show", "explain", "preview", "new-version", "suggest", "review", "init", "sync",
    "manifests", "docs", "bench", "config",
)  # fmt: skip


def test_help_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", text)] == []
    assert "\x1b" not in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name, capsys):
    assert cli.main([name, "--help"]) == 0
    assert f"Usage: pql {name}" in capsys.readouterr().out


def test_the_version_is_that_of_the_project(capsys):
    assert cli.main(["--version"]) == 0
    wanted = re.search(r'^version: "(.*)"', (PROJECT / "dbt_project.yml").read_text(), re.MULTILINE)
    assert capsys.readouterr().out == f"pql {wanted[1]}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "nope"),
        (["show", "--top", "many"], "'--top'"),
        (["show", "--top", "0"], "'--top'"),
        (["build", "--selector", "yearly"], "yearly"),
        (["build", "--quiet", "--verbose"], "give one of them"),
        (["build", "--as-of", "2026-02-30"], "2026-02-30: not a date"),
        (["build", "--raw", "[red]nowhere"], "[red]nowhere: no such folder"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments, said, capsys):
    assert cli.main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert said in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described_and_names_what_it_takes(name):
    for parameter in get_command(cli.app).commands[name].params:
        assert re.fullmatch(r"[A-Z].*\.", parameter.help), parameter.name
        assert getattr(parameter, "is_flag", False) or parameter.metavar, parameter.name


@pytest.mark.parametrize(("name", "missing"), [("review", "altair"), ("sync", "hubspot")])
def test_what_a_command_alone_needs_is_named(name, missing):
    script = f"""
import sys
sys.modules["{missing}"] = None
from pql import cli
sys.exit(cli.main(["{name}"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: {missing} is not installed; `make {name}` installs what this command needs, and "
        f"so does `pip install -r requirements-{name}.lock`\n"
    )


# --- on a terminal, in a pipe ---------------------------------------------------------------------


@pytest.fixture
def init(tmp_path):
    """A command that prints headings, tables and lines, and needs no database."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "events.csv").write_text("event_name,user_id\nlogged_in,u1\ninvited,u1\n")
    (raw / "users.csv").write_text("user_id\nu1\n")
    return f"{PQL} init --raw {raw} --config {tmp_path}/new"


def run(command, **settings):
    """Run a command in a shell that fails where any part of a pipe does."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def on_terminal(command, **settings):
    """What a command prints on a terminal."""
    screen, end = pty.openpty()
    own = {"TERM": "xterm-256color", "COLUMNS": "100", **settings}
    subprocess.run(
        ["bash", "-c", command], env=os.environ | own, stdout=end, stderr=end, check=False
    )
    os.close(end)
    printed = b""
    try:
        while part := os.read(screen, 65536):
            printed += part
    except OSError:  # its end, on Linux
        pass
    os.close(screen)
    return printed.decode().replace("\r\n", "\n")


def test_a_terminal_has_colours_and_a_pipe_the_same_text_without(init):
    piped = run(init, COLUMNS="100")
    assert piped.returncode == 0, piped.stderr
    shown = on_terminal(init.replace("/new", "/newer"))
    assert "\x1b[1m" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("/newer", "/new")
    assert [line.rstrip() for line in plain.splitlines()] == piped.stdout.splitlines()
    assert not re.search(r"\x1b| $", piped.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", ["init", "help", "mistake"])
def test_no_color_is_respected(command, init):
    line = {"init": init, "help": f"{PQL} --help", "mistake": f"{PQL} show --top 0"}[command]
    assert "\x1b" in on_terminal(line)
    assert "\x1b" not in on_terminal(line.replace("/new", "/newer"), NO_COLOR="1")


def test_whoever_has_seen_enough_ends_it_quietly(init):
    for command in (
        f"{PQL} bench --help | true",
        f"{PQL} --help | head -1",
        f"{init} | head -1",
        f"{init.replace('/new', '/newer')} | true",
    ):
        done = run(command)
        assert (done.returncode, done.stderr) == (0, ""), command
    # a mistake stays one where nobody reads of it
    assert run(f"{PQL} show --top 0 2>&1 | true").returncode == 2


def test_shells_complete_commands_and_definitions():
    for words, found in (("pql pre", "preview"), ("pql new-version six", "six_signal")):
        done = run(
            PQL, _PQL_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
        )
        assert done.stdout.split() == [found], done.stderr


# --- the project ----------------------------------------------------------------------------------


def test_the_project_is_found_from_any_folder_of_it(monkeypatch, tmp_path):
    monkeypatch.delenv("PQL_PROJECT", raising=False)
    monkeypatch.chdir(PROJECT / "models" / "marts")
    assert project.root() == PROJECT
    other = tmp_path / "other" / "models"
    other.mkdir(parents=True)
    (tmp_path / "other" / "dbt_project.yml").write_text("name: pql\n")
    monkeypatch.chdir(other)
    assert project.root() == tmp_path / "other"
    monkeypatch.setenv("PQL_PROJECT", str(PROJECT))
    assert project.root() == PROJECT
    monkeypatch.setenv("PQL_PROJECT", str(other))
    with pytest.raises(PqlError, match=r"there is no dbt_project\.yml"):
        project.root()


@pytest.mark.parametrize(("make", "said"), [("folder", "not a file"), ("link", "leads nowhere")])
def test_a_config_file_that_is_none_is_named(make, said, tmp_path):
    for name in config_files.REQUIRED_CONFIG:
        (tmp_path / name).write_bytes((project.shipped_config() / name).read_bytes())
    path: Path = tmp_path / "overrides.csv"
    path.mkdir() if make == "folder" else path.symlink_to("nowhere.csv")
    with pytest.raises(PqlError, match=f"overrides.csv: {said}"):
        config_files.config_files(tmp_path)


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x"])
def test_no_formula_gets_into_a_starter_config(name):
    assert not can_be_named({"event_name": name})
    assert can_be_named({"event_name": f"a {name}"})


@pytest.mark.parametrize("path", sorted(PROJECT.glob("requirements*.txt")), ids=lambda p: p.stem)
def test_the_lock_holds_what_is_required_and_no_index(path):
    lock = path.with_suffix(".lock").read_text()
    pins = re.findall(r"^([\w-]+==[\w.]+)", path.read_text(), re.MULTILINE)
    assert pins
    assert [pin for pin in pins if not re.search(rf"^{re.escape(pin)} \\$", lock, re.M)] == []
    assert not re.search(r"://|^--(?!hash)", lock, re.MULTILINE)


def test_the_longest_steps_are_named():
    lines = [
        "1 of 3 OK created sql table model pql.a ......... [OK in 1.50s]",
        "2 of 3 PASS unique_a_id ............... [PASS in 0.10s]",
        "2 of 3 START test unique_a_id .......... [RUN]",
        "3 of 3 OK loaded seed file pql_seeds.events .... [INSERT 26743 in 2.25s]",
    ]
    assert where_the_time_went(lines, 3.9) == (
        "Built in 4 s: 3 steps; the longest: pql_seeds.events 2.2 s, pql.a 1.5 s, unique_a_id 0.1 s"
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("3 of 12 START sql table model pql.pql_users ...................... [RUN]", "pql_users"),
        ("3 of 12 START test a_name_with_no_room_for_dots [RUN]", "a_name_with_no_room_for_dots"),
        ("3 of 4 START hook: pql.on-run-end.2 .............................. [RUN]", None),
        ("3 of 12 OK created sql table model pql.pql_users ......... [OK in 1.50s]", None),
    ],
)
def test_what_is_being_built_is_named(line, name):
    step = STEP.match(line)
    assert (step and step["name"]) == name
