"""The workbench in a real browser: each page opens, a wrong cell is named, names are text.

make test-page
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import duckdb
import pytest
from conftest import PROJECT, run_build
from playwright.sync_api import expect
from test_review_page import POISON, SCREENS
from test_review_page import browser as browser  # a fixture

from pql.commands import preview

PAGES = ("", "leads", "lead", "definitions", "review", "data")
# Streamlit looks for itself under the page's own address first.
LOOKING_FOR_ITSELF = "/_stcore/"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The pages of the demo, where every account is called like a script."""
    folder = tmp_path_factory.mktemp("app")
    built = run_build(folder, selector="weekly")
    assert built.returncode == 0, built.output
    with duckdb.connect(str(built.database)) as connection:
        for table in ("pql.pql_accounts", "pql_intermediate.int_accounts"):
            connection.execute(f"update {table} set account_name = ?", [POISON])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"PQL_DUCKDB_PATH": str(built.database), "PQL_PROJECT": str(PROJECT)}
    command = [sys.executable, "-m", "pql", "app", "--no-browser", "--port", str(port)]
    with (folder / "app.log").open("wb") as log:
        app = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
            break
        except OSError:
            time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    app.terminate()
    app.wait()


@pytest.fixture
def trouble():
    """All that went wrong while pages opened."""
    return []


@pytest.fixture(params=SCREENS)
def screen(request, browser, trouble):
    """An empty page of one width."""
    page = browser.new_page(viewport={"width": SCREENS[request.param], "height": 900})
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (trouble.append("a script ran"), dialog.dismiss()))
    page.on(
        "response",
        lambda answer: (
            answer.status < 400
            or LOOKING_FOR_ITSELF in answer.url
            or trouble.append(f"{answer.status}: {answer.url}")
        ),
    )
    page.on(
        "request",
        lambda asked: (
            asked.url.startswith(("http://127.0.0.1", "data:", "blob:", "about:"))
            or trouble.append(f"request: {asked.url}")
        ),
    )
    yield page
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_and_fits(address, screen, trouble, name):
    screen.goto(f"{address}/{name}")
    screen.wait_for_selector("h1")
    expect(screen.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=120_000)
    assert screen.get_by_test_id("stException").count() == 0
    assert screen.evaluate("document.documentElement.scrollWidth") <= screen.viewport_size["width"]
    assert trouble == []


def test_a_script_for_a_name_is_text(address, screen, trouble):
    screen.goto(f"{address}/lead?who=account:a_037")
    expect(screen.get_by_role("heading", name=POISON)).to_be_visible(timeout=60_000)
    assert trouble == []


def test_a_wrong_cell_is_named_as_it_is_typed_and_a_right_one_is_kept(
    address,
    browser,
    tmp_path,
):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{address}/definitions")
    page.wait_for_selector("text=find nothing wrong", timeout=180_000)
    put(page, "7o")
    page.wait_for_selector('text="7o" is not a number', timeout=60_000)
    expect(page.get_by_role("button", name="Preview")).to_be_disabled()
    put(page, "70")
    page.wait_for_selector("text=find nothing wrong", timeout=60_000)
    name = f"{tmp_path.name}_config"
    try:
        page.get_by_label("In a new folder of the project").fill(name)
        page.get_by_role("button", name="Save as a new version").click()
        page.wait_for_selector("text=Saved as version 2, a draft", timeout=30_000)
        saved = (PROJECT / name / "definitions.csv").read_text().splitlines()
        built = run_build(tmp_path, config=PROJECT / name, tests=False)
    finally:
        shutil.rmtree(PROJECT / name, ignore_errors=True)
    of_definition = [line for line in saved if line.startswith("expansion,")]
    assert [line.split(",")[1] for line in of_definition] == ["1", "2"]
    assert [line.split(",")[6] for line in of_definition] == ["60", "70"]
    assert built.returncode == 0, built.output
    with duckdb.connect(str(built.database), read_only=True) as connection:
        versions = connection.execute(
            "select definition_version, status, score_threshold from"
            " pql_staging.stg_config__definitions where definition_id = 'expansion' order by 1"
        ).fetchall()
    assert versions == [(1, "live", 60), (2, "draft", 70)]
    page.close()


def test_a_preview_shows_who_enters_as_the_command_says_it(address, browser, tmp_path):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{address}/definitions")
    page.wait_for_selector("text=find nothing wrong", timeout=180_000)
    put(page, "40")
    page.wait_for_selector("text=What is changed", timeout=60_000)
    expect(page.get_by_test_id("stExpander")).to_contain_text(",40,", timeout=60_000)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Stop").click(timeout=60_000)
    expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=60_000)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_selector("text=Thresholds: then", timeout=900_000)
    (head,) = page.get_by_text(re.compile(r"^\d+ would enter$")).all_text_contents()
    shown = {
        cell
        for frame in page.get_by_test_id("stDataFrame").all()
        for cell in frame.locator("td").all_text_contents()
        if re.fullmatch(r"a_\d+", cell)
    }
    page.close()

    # the same change as a folder, by the command, which builds both sides on its own
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "seeds" / "config", config)
    definitions = config / "definitions.csv"
    lines = definitions.read_text().splitlines(keepends=True)
    changed = [
        line.replace(",60,", ",40,") if line[:10] == "expansion," else line for line in lines
    ]
    assert changed != lines
    definitions.write_text("".join(changed))
    command = [sys.executable, "-m", "pql", "preview", "--config", str(config), "--evaluate"]
    env = os.environ | {preview.FOLDER: str(PROJECT / preview.SCRATCH)}  # nobody looks on any more
    said = subprocess.run(
        command, cwd=PROJECT, env=env, capture_output=True, text=True, check=True
    ).stdout
    (entering,) = re.findall(r"(\d+) would enter:\n((?: {3,}.*\n)+)", said)
    named = set(re.findall(r"\((a_\d+)\)", entering[1]))
    assert head == f"{entering[0]} would enter"
    assert shown == named
    assert len(named) == int(entering[0])
    assert "of the leads, convert" in said


def put(page, text):
    """Type into the cell of the threshold, and leave it."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.dblclick(box["x"] + 0.68 * box["width"], box["y"] + 52)
    cell = page.locator("#portal textarea, #portal input").first
    cell.fill(text)
    cell.press("Enter")
