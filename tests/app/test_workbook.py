"""A config folder as a workbook: the same config comes back, and each mistake names its cell."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, run_dbt
from openpyxl import load_workbook

from pql import cli, workbook
from pql.config_files import columns_of, config_files, read_rows, row_keys, to_csv

SHIPPED = PROJECT / "seeds" / "config"


@pytest.fixture
def book(tmp_path) -> Path:
    path = tmp_path / "rules.xlsx"
    path.write_bytes(workbook.write(config_files(SHIPPED)))
    return path


def change(book, sheet, cell, value):
    opened = load_workbook(book)
    opened[sheet][cell] = value
    opened.save(book)


def column(book, sheet, name):
    return next(cell.column_letter for cell in load_workbook(book)[sheet][1] if cell.value == name)


@pytest.mark.parametrize("folder", [SHIPPED, PROJECT / "examples" / "published_definitions"])
def test_a_workbook_is_the_same_config(folder, tmp_path, capsys):
    book, back = tmp_path / "rules.xlsx", tmp_path / "back"
    assert cli.main(["config", "export", str(book), "--config", str(folder)]) == 0
    assert cli.main(["config", "import", str(book), "--to", str(back)]) == 0, capsys.readouterr()
    assert config_files(back) == config_files(folder)


def test_text_is_no_formula(tmp_path):
    folder = tmp_path / "config"
    shutil.copytree(SHIPPED, folder)
    evil = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " spaced ",
        "1.50",
        "007",
        'a "quoted", b\nc',
        "ünïcode",
    ]
    rows = [
        f'user,u{n},exclude,"{text.replace(chr(34), chr(34) * 2)}",,' for n, text in enumerate(evil)
    ]
    head = "entity_type,entity_id,effect,reason,until,added_by"
    (folder / "overrides.csv").write_text("\n".join([head, *rows]) + "\n")
    book = tmp_path / "rules.xlsx"
    book.write_bytes(workbook.write(config_files(folder)))
    cells = [row[3] for row in load_workbook(book)["overrides"].iter_rows(min_row=2, max_row=10)]
    assert [cell.value for cell in cells] == evil
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells[:4]] == [True] * 4
    assert workbook.Sheets(book).files == {
        name: data for name, data in config_files(folder).items() if name.endswith(".csv")
    }


@pytest.mark.parametrize("points", ["nan", "inf", "12345678901234567890", "1e400", "-0", "1_000"])
def test_what_is_no_number_of_a_spreadsheet_stays_as_it_is(points, tmp_path):
    files = config_files(SHIPPED)
    columns = columns_of("definition_rules.csv")
    row = ["a", "1", *[""] * (len(columns) - 2)]
    row[columns.index("points")] = points
    files["definition_rules.csv"] = to_csv([columns, row])
    book = tmp_path / "rules.xlsx"
    book.write_bytes(workbook.write(files))
    assert read_rows(workbook.Sheets(book).files["definition_rules.csv"]) == [row]


def test_text_that_a_cell_cannot_hold_is_refused(tmp_path, capsys):
    folder = tmp_path / "config"
    shutil.copytree(SHIPPED, folder)
    head = "entity_type,entity_id,effect,reason,until,added_by"
    (folder / "overrides.csv").write_text(f"{head}\nuser,u1,exclude,{'x' * 40_000},,\n")
    book = tmp_path / "rules.xlsx"
    assert cli.main(["config", "export", str(book), "--config", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "overrides.csv, reason" in said and "40,000 characters" in said
    assert not book.exists()


def test_text_typed_into_a_new_row_stays_text(book):
    sheet = load_workbook(book)["overrides"]
    entity_id = column(book, "overrides", "entity_id")
    assert sheet[f"{entity_id}{sheet.max_row}"].number_format == "@"


def test_nothing_is_written_over(book, tmp_path, capsys):
    for taken in (SHIPPED, book):
        before = sorted(path.read_bytes() for path in taken.parent.rglob("*.*") if path.is_file())
        assert cli.main(["config", "import", str(book), "--to", str(taken)]) == 2
        assert "it is there already; name a folder that is new" in capsys.readouterr().err
        after = sorted(path.read_bytes() for path in taken.parent.rglob("*.*") if path.is_file())
        assert before == after


def test_ids_are_locked_and_the_rest_is_not(book):
    sheet = load_workbook(book)["definition_rules"]
    assert sheet.protection.sheet
    points = column(book, "definition_rules", "points")
    assert sheet["A2"].protection.locked
    assert not sheet[f"{points}2"].protection.locked
    assert not sheet[f"A{sheet.max_row}"].protection.locked  # a new row


def test_choices_and_notes_come_from_the_contract(book):
    opened = load_workbook(book)
    assert (
        "Points for one award"
        in opened["definition_rules"][f"{column(book, 'definition_rules', 'points')}1"].comment.text
    )
    formulas = {v.formula1 for v in opened["definition_rules"].data_validations.dataValidation}
    assert '"score,disqualify,hand_raise"' in formulas
    assert "signals!$A$2:$A$2000" in formulas


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "said"),
    [
        ("definition_rules", "points", "many", 'definition_rules!{cell}  "many" is not a number'),
        ("definition_rules", "signal_id", "nothing", "definition_rules!{cell}  "),
        ("signals", "measure", "eventz", "signals!{cell}  "),
        ("signals", "reason_template", "=A1", "signals!{cell}: a formula; write the value itself"),
        ("signals", "reason_template", "#REF!", "signals!{cell}: an error, #REF!"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(
    book, tmp_path, capsys, sheet, cell, value, said
):
    place = f"{column(book, sheet, cell)}2"
    change(book, sheet, place, value)
    assert cli.main(["config", "import", str(book), "--to", str(tmp_path / "back")]) == 2
    assert said.format(cell=place) in capsys.readouterr().err
    assert not (tmp_path / "back").exists()


def test_what_is_no_config_is_refused_in_a_line(book, tmp_path, capsys):
    change(book, "signals", "B1", "signal_nam")
    assert cli.main(["config", "import", str(book)]) == 2
    assert "signals!B1: unknown column signal_nam; did you mean signal_name?" in (
        capsys.readouterr().err
    )
    (tmp_path / "no.xlsx").write_text("no workbook")
    assert cli.main(["config", "import", str(tmp_path / "no.xlsx")]) == 2
    assert "not an Excel workbook" in capsys.readouterr().err
    assert cli.main(["config", "import", str(tmp_path / "none.xlsx")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_row_is_named_as_the_checks_name_it():
    rows = [["Trial", "2.0", "r1", *[""] * 8], ["", "x", "r1", *[""] * 8]]
    assert row_keys("definition_rules.csv", rows) == ["trial v2 / r1", "? v? / r1"]


def test_a_config_may_be_tables_of_which_a_wrong_cell_is_named(demo, tmp_path):
    built = replace(demo, folder=tmp_path, database=tmp_path / "built.duckdb")
    shutil.copyfile(demo.database, built.database)
    with duckdb.connect(str(built.database)) as connection:
        connection.execute("create schema sheets")
        for name in ("signals", "definitions", "definition_rules"):
            file = SHIPPED / f"{name}.csv"
            connection.execute(
                f"create table sheets.{name} as from read_csv('{file}', all_varchar = true)"
            )
        changed = "update sheets.definitions set score_threshold = ? where definition_id = ?"
        connection.execute(changed, ["40", "expansion"])
        connection.execute(changed, ["sixty", "playbook_points"])
    read = ("stg_config__definitions", "stg_config__cells", "int_cell_problems", "config_problems")
    ran = run_dbt(built, "run", "--vars", "config_schema: sheets", "--select", *read)
    assert ran.returncode == 0, ran.stdout
    with duckdb.connect(str(built.database), read_only=True) as connection:
        ((threshold,),) = connection.execute(
            "select score_threshold from pql_staging.stg_config__definitions"
            " where definition_id = 'expansion'"
        ).fetchall()
        said = connection.execute(
            "select distinct file_name, column_name, problem from pql.config_problems"
        ).fetchall()
    assert threshold == 40
    assert said == [("definitions.csv", "score_threshold", '"sixty" is not a number')]
