"""The command `pql` itself: its help, its exit codes, and how it takes being cut short."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import PQL, PROJECT

from pql import cli, config_files, project
from pql.commands.init import can_be_named
from pql.dbt import where_the_time_went
from pql.errors import PqlError

COMMANDS = (
    "build", "show", "explain", "preview", "new-version", "suggest", "review", "init", "sync",
    "manifests", "docs", "bench",
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


def test_whoever_has_seen_enough_ends_it_quietly():
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{PQL} bench --help | true && {PQL} --help | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


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
