"""What a folder of raw tables may hold: what is read, what is refused, and in which words."""

import gzip
import json
import re
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT

from pql.errors import PqlError
from pql.raw import CONTRACT, RawFolder, nearest_name, raw_contract, reader, survey

EVENTS = "event_id,event_name,occurred_at,user_id,properties\n"
ROW = "e1,logged_in,2026-06-01T10:00:00Z,u1,\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "events.csv").write_text(EVENTS + ROW)
    (folder / "users.csv").write_text("user_id\nu1\n")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(PqlError) as error:
        survey(folder)
    message = str(error.value)
    assert "\n" not in message
    return message


def cells(file: Path) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(f"from {reader(connection, file)}").fetchall()


# --- which files ----------------------------------------------------------------------------------


def test_the_macros_and_the_contract_agree_on_what_is_required() -> None:
    macro = (PROJECT / "macros" / "raw" / "tables.sql").read_text()
    (names,) = re.findall(r"macro required_raw_tables.*?return\((.*?)\)", macro, re.DOTALL)
    assert json.loads(names) == raw_contract().required


def test_optional_tables_are_the_rest() -> None:
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    contract = raw_contract()
    assert [*contract.required, *settings["vars"]["raw_tables"]] == [*contract.columns]
    assert (PROJECT / CONTRACT).is_file()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("accounts.csv", b"account_id\na\n"),
        ("Accounts.CSV", b"Account_ID\r\na\r\n"),
        ("accounts.csv.gz", gzip.compress(b"account_id\na\n", mtime=0)),
        ("accounts.jsonl", b'{"account_id":"a"}\n'),
        ("accounts.NDJSON", b'{"account_id":"a"}'),
        ("accounts.jsonl.gz", gzip.compress(b'{"account_id":"a"}\n', mtime=0)),
        ("accounts/a b's [1]*%?.csv", b"account_id\na\n"),
        ("accounts/2026/05/ünï.csv", b"account_id\na\n"),
    ],
)
def test_these_files_are_read(raw: Path, name: str, content: bytes) -> None:
    (raw / name).parent.mkdir(parents=True, exist_ok=True)
    (raw / name).write_bytes(content)
    found = survey(raw)
    assert found == RawFolder(["events", "users", "accounts"], [], found.files)
    assert found.files["accounts"] == [raw / name]
    assert cells(raw / name) == [("a",)]


def test_links_are_followed(raw: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "lake"
    (elsewhere / "day").mkdir(parents=True)
    (elsewhere / "day" / "1.csv").write_text("account_id\na\n")
    (raw / "users.csv").rename(elsewhere / "users.csv")
    (raw / "users.csv").symlink_to(elsewhere / "users.csv")
    (raw / "accounts").mkdir()
    (raw / "accounts" / "days").symlink_to(elsewhere)
    (elsewhere / "users.csv").rename(elsewhere / "day" / "users.csv")
    assert "leads nowhere" in refused(raw)
    (raw / "users.csv").unlink()
    (raw / "users.csv").symlink_to(elsewhere / "day" / "users.csv")
    (elsewhere / "day" / "users.csv").write_text("user_id,account_id\nu1,a\n")
    assert [file.name for file in survey(raw).files["accounts"]] == ["1.csv", "users.csv"]


def test_what_tools_leave_beside_data_is_left_out(raw: Path) -> None:
    (raw / "accounts").mkdir()
    (raw / "accounts" / "1.csv").write_text("account_id\na\n")
    for name in (".DS_Store", "._1.csv", "_SUCCESS", "~$1.xlsx", "Thumbs.db", "README.md"):
        (raw / name).write_bytes(b"\0")
        (raw / "accounts" / name).write_bytes(b"\0")
    found = survey(raw)
    assert found.notices == []
    assert len(found.files["accounts"]) == 1


def test_anything_else_is_named(raw: Path) -> None:
    (raw / "notes.csv").write_text("mine\n")
    (raw / "archive").mkdir()
    assert survey(raw).notices == ["not read, as no table of the raw contract: archive, notes.csv"]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'}: no such folder" in refused(tmp_path / "nowhere")


@pytest.mark.parametrize("name", raw_contract().required)
def test_missing_required_table_is_named(raw: Path, name: str) -> None:
    (raw / f"{name}.csv").unlink()
    assert f"the required table {name} is missing" in refused(raw)


@pytest.mark.parametrize("twin", ["users.parquet", "Users.csv", "users.csv.gz", "users"])
def test_table_that_is_there_twice_is_refused(raw: Path, twin: str) -> None:
    (raw / twin).mkdir()
    assert "both hold the table users; keep one of them" in refused(raw)


@pytest.mark.parametrize(
    "name",
    [
        "accounts.parquet.gz",
        "accounts.xlsx",
        "accounts.zip",
        "accounts.tsv",
        "accounts.json",
        "accounts.csv.zst",
        "accounts.csv.bak",
        "accounts",
        "accounts/1.txt",
        "accounts/2026/1.orc",
    ],
)
def test_file_that_cannot_be_read_is_refused(raw: Path, name: str) -> None:
    (raw / name).parent.mkdir(parents=True, exist_ok=True)
    (raw / name).write_text("account_id\na\n")
    message = refused(raw)
    assert message.startswith(f"{raw / name}: cannot be read as part of accounts; export it as")


def test_empty_folder_is_refused(raw: Path) -> None:
    (raw / "accounts").mkdir()
    assert "accounts: there is no file in it" in refused(raw)


def test_links_in_a_circle_are_refused(raw: Path) -> None:
    (raw / "accounts").mkdir()
    (raw / "accounts" / "again").symlink_to(raw / "accounts")
    assert "again: links back to a folder that contains it" in refused(raw)


def test_folders_that_dbt_would_not_reach_are_refused(raw: Path) -> None:
    folder = raw.joinpath("accounts", *"1234567")
    folder.mkdir(parents=True)
    (folder / "1.csv").write_text("account_id\na\n")
    assert survey(raw).files["accounts"] == [folder / "1.csv"]
    (folder / "8").mkdir()
    assert "is nested too deeply" in refused(raw)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("deletion_request.csv", "deletion_requests"),
        ("Subscription.xlsx", "subscriptions"),
        ("identity-links", "identity_links"),
    ],
)
def test_slip_of_a_tables_name_is_refused(raw: Path, name: str, meant: str) -> None:
    (raw / name).mkdir()
    assert f"{name}: no table of the raw contract; did you mean {meant}?" in refused(raw)


def test_slip_of_a_table_that_is_there_is_only_named(raw: Path) -> None:
    (raw / "user.csv").write_text("user_id\n")
    assert survey(raw).notices == ["not read, as no table of the raw contract: user.csv"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("e_mail", "email"),
        ("mail", "email"),
        ("Email Opt Out", "email_opt_out"),
        ("email-optout", "email_opt_out"),
        ("UserID", "user_id"),
        ("occured_at", "occurred_at"),
        ("account_type", None),
        ("arr", None),
        ("email_opt_in", None),
    ],
)
def test_slip_of_a_name_is_one_letter_in_four(name: str, meant: str | None) -> None:
    known = ["email", "email_opt_out", "user_id", "occurred_at", "account_name", "mrr"]
    assert nearest_name(name, known) == meant


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("account_id,domain\n#1,a.example\n", [("#1", "a.example")]),
        ("account_id,domain\n007,\n", [("007", "")]),
        ('account_id,domain\n1,"two\nlines, and a comma"\n', [("1", "two\nlines, and a comma")]),
        ('account_id,domain\n1,six" long\n', [("1", 'six" long')]),
        ('account_id,domain\n1,"say ""hi"""\n', [("1", 'say "hi"')]),
        ("account_id,domain\r\n1,a\r\n\r\n2,b", [("1", "a"), ("2", "b")]),
        ("account_id,domain\r1,a\r2,b\r", [("1", "a"), ("2", "b")]),
        ("\ufeffaccount_id,domain\n1,a\n", [("1", "a")]),
        ("account_id,domain\n", []),
        ("account_id,domain", []),
        ("account_id,domain\n1,a\0b\n", [("1", "a\0b")]),
        (f'account_id,domain\n1,"{"x" * 3_000_000}"\n', [("1", "x" * 3_000_000)]),
        ('" account_id ","do ""main"\n1,a\n', [("1", "a")]),
    ],
    ids=[
        "no comments",
        "text",
        "line break in quotes",
        "quote inside",
        "doubled quotes",
        "blank line",
        "old Mac",
        "byte-order mark",
        "header alone",
        "header without end",
        "NUL",
        "3 MB",
        "quoted header",
    ],
)
def test_csv_is_read_as_it_is(raw: Path, content: str, rows: list[tuple]) -> None:
    file = raw / "accounts.csv"
    file.write_bytes(content.encode())
    survey(raw)
    assert cells(file) == rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"account_id,domain\na,b\n\nc,d,e\n", ", line 4: 3 cells under 2 columns"),
        (b"account_id,domain\na,b\nc,d,\n", ", line 3: 3 cells under 2 columns"),
        (b'account_id,domain\n"a\n\n",b\nc\n', ", line 5: 1 cell under 2 columns"),
        (b"account_id,domain\nc,d,e\nc,d,e\n", ", line 2: 3 cells under 2 columns"),
        (b"account_id,domain\na,b\n \nc,d\n", ", line 3: 1 cell under 2 columns"),
        (b'account_id,domain\na,b\nc,"d\n', ", line 3: a double quote is not closed"),
        (b'account_id,domain\na,"b"c\n', ", line 2: text after a closing double quote"),
        (b"account_id,domain\r\na,b\nc,d\r\n", ", line 2: ends by"),
        (b"account_id,domain\na,b\rc\nc,d\n", ", line 3: 1 cell under 2 columns"),
        (b"account_id,domain\na,b\nc,Caf\xe9\n", ", line 3: not UTF-8"),
        ("account_id,domain\na,b\n".encode("utf-16"), ": UTF-16, not UTF-8"),
        ("account_id,domain\na,b\n".encode("utf-16-le"), ": UTF-16, not UTF-8"),
        (b"", ": empty; write at least the header, or remove the file"),
        (b"\naccount_id,domain\na,b\n", ", line 1: blank; the first line must name the columns"),
        (b",\naccount_id,domain\n", ", line 1: blank; the first line must name the columns"),
        (b"account_id,\na,b\n", ", line 1: column 2 has no name"),
        (b"account_id,domain,Domain\na,b,c\n", ", line 1: the column domain is there twice"),
        (b'account_id,"do\nmain"\na,b\n', ", line 1: a column's name has a line break"),
        (b'"account_id,domain\na,b\n', ", line 1: a double quote is not closed"),
        (b"account_id;domain\na;b\n", ", line 1: cells are separated by semicolons"),
        (b"account_id\tdomain\na\tb\n", ", line 1: cells are separated by tabs"),
        (b"a1,alpha.example\na2,b\n", ", line 1: names none of the table's columns"),
        (b'account_id\n"' + b"x" * 17_000_000 + b'"\n', ", line 2: longer than 16 MB"),
    ],
)
def test_broken_csv_is_refused_by_file_and_line(raw: Path, content: bytes, message: str) -> None:
    (raw / "accounts.csv").write_bytes(content)
    assert refused(raw).startswith(f"{raw / 'accounts.csv'}{message}")


def test_line_is_counted_per_file_and_in_packed_ones_too(raw: Path) -> None:
    (raw / "accounts").mkdir()
    (raw / "accounts" / "1.csv").write_text("account_id,domain\na,b\n")
    (raw / "accounts" / "2.csv.gz").write_bytes(gzip.compress(b"account_id,country\na,b\nc\n"))
    assert "2.csv.gz, line 3: 1 cell under 2 columns" in refused(raw)


@pytest.mark.parametrize(
    "content", [b"account_id\na\n", gzip.compress(b"account_id\na\n" * 99, mtime=0)[:40]]
)
def test_file_that_is_not_packed_as_its_name_says_is_refused(raw: Path, content: bytes) -> None:
    (raw / "accounts.csv.gz").write_bytes(content)
    assert f"{raw / 'accounts.csv.gz'}: cannot be read, export it again" in refused(raw)


# --- JSON lines and Parquet -----------------------------------------------------------------------


def test_json_is_read_to_the_last_digit(raw: Path) -> None:
    file = raw / "accounts.jsonl"
    file.write_text(
        '{"account_id": 12, "domain": null}\n\n'
        '{"account_id": 12345678901234567890123,'
        ' "domain": {"a": [1, null], "b": 9007199254740993}}\n'
        '{"account_id": "007"}\n'
    )
    survey(raw)
    assert cells(file) == [
        ("12", None),
        ("12345678901234567890123", '{"a":[1,null],"b":9007199254740993}'),
        ("007", None),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"account_id":1}\n{"account_id":\n', ", line 2: not a JSON object"),
        (b'{"account_id":1}\n\n[1]\n', ", line 3: not a JSON object"),
        (b'{"account_id":1}\n12\n', ", line 2: not a JSON object"),
        (b'[{"account_id":1}]\n', ", line 1: not a JSON object"),
        (b'{"account_id":1}{"account_id":2}\n', ", line 1: not a JSON object"),
        (b'\xef\xbb\xbf{"account_id":1}\n', ", line 1: a byte-order mark"),
        (b'{"account_id":"\xe9"}\n', ", line 1: not UTF-8"),
        (b'{"account_id":1,"Account_ID":2}\n', ": the column account_id is there twice"),
        (b'{"account_id":1,"account_id":2}\n', ": cannot be read, export it again"),
        (b'{"id":1}\n', ": names none of the table's columns"),
    ],
)
def test_broken_json_is_refused_by_file_and_line(raw: Path, content: bytes, message: str) -> None:
    (raw / "accounts.jsonl").write_bytes(content)
    assert refused(raw).startswith(f"{raw / 'accounts.jsonl'}{message}")


@pytest.mark.parametrize("content", [b"not parquet", b"", b"PAR1"])
def test_broken_parquet_is_refused(raw: Path, content: bytes) -> None:
    (raw / "accounts.parquet").write_bytes(content)
    assert f"{raw / 'accounts.parquet'}: cannot be read, export it again" in refused(raw)
