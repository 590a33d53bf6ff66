"""The quarterly review in a real browser: no error, no request, nothing cut off.

    make test-page

It needs Chromium on the machine, which `make test` does not.
"""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import run_build
from playwright.sync_api import sync_playwright

from pql import cli

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCREENS = {"wide": 1400, "narrow": 390}
LEAST_FONT = 9.5  # pixels, as seen
POISON = "<script>alert(1)</script>"

# The smallest text that is seen in a chart, in pixels.
SMALLEST_TEXT = """
    () => Math.min(...[...document.querySelectorAll('.picture text')]
        .filter(text => text.textContent.trim() && text.getClientRects().length)
        .map(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))
"""
# Texts of charts that stick out of their picture, and so are cut off.
CUT_OFF = """
    () => [...document.querySelectorAll('.picture svg')].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
        }).map(text => text.textContent);
    })
"""


@pytest.fixture(scope="module")
def browser():
    """Chromium, without a window."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"install a browser: none of {', '.join(BROWSERS)} is there"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def review(tmp_path_factory) -> Path:
    """The page of the demo, where every account is called like a script."""
    folder = tmp_path_factory.mktemp("review")
    built = run_build(folder, selector="weekly")
    assert built.returncode == 0, built.output
    with duckdb.connect(built.database) as connection:
        for mart in ("pql_accounts", "pql_users"):
            connection.execute(f"update pql.{mart} set account_name = ?", [POISON])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PQL_DUCKDB_PATH", str(built.database))
        assert cli.main(["review", "--output", str(folder / "review.html")]) == 0
    return folder / "review.html"


@pytest.fixture(scope="module", params=SCREENS)
def screen(request, browser, review):
    """The open page on one screen, and all that went wrong while it opened."""
    width = SCREENS[request.param]
    page = browser.new_page(viewport={"width": width, "height": 900})
    trouble, address = [], review.as_uri()
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (trouble.append("a script ran"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: request.url == address or trouble.append(f"request: {request.url}"),
    )
    page.goto(address, wait_until="networkidle")
    for details in page.locator("details").all():
        details.evaluate("details => { details.open = true }")
    yield request.param, page, trouble
    page.close()


def test_it_opens_with_no_error_and_no_request(screen):
    _, page, trouble = screen
    assert page.title() == "Product-qualified leads: the quarterly review"
    assert page.locator("main > section").count() >= 6
    assert trouble == []


def test_a_script_for_a_name_is_text(screen):
    _, page, _ = screen
    assert page.get_by_text(POISON).count() > 0
    assert page.locator("script").count() == 0


def test_the_charts_fit_the_screen(screen):
    name, page, _ = screen
    other = "narrow" if name == "wide" else "wide"
    assert page.locator(f".picture.{name}:visible").count() > 10
    assert page.locator(f".picture.{other}:visible").count() == 0
    assert page.evaluate(SMALLEST_TEXT) >= LEAST_FONT
    assert page.evaluate(CUT_OFF) == []


def test_nothing_sticks_out_of_the_screen(screen):
    name, page, _ = screen
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREENS[name]


def test_charts_speak_to_those_who_cannot_see_them(screen):
    _, page, _ = screen
    charts = page.locator(".picture svg").all()
    assert charts
    for chart in charts:
        assert len(chart.get_attribute("aria-label")) > 10
        assert chart.get_attribute("role") == "img"
