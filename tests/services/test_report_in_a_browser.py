"""The HTML report in a real browser: it filters, breaks none of its own rules and shows hostile text as text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

pytestmark = pytest.mark.services

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"


def chromium() -> str:
    """The browser of this machine. Fails where there is none: a test of services never skips."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no Chromium here: install the package `chromium`"
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    shutil.copytree(Path(__file__).parents[2] / "fixtures" / "outbox", folder / "outbox")
    held = "Checkpoint 9 of the unreleased model solved 14 of 20 exploit tasks; the launch is planned for May."
    (folder / "outbox" / "hostile.txt").write_text(f"{held} {HOSTILE}\n", encoding="utf-8")
    page = folder / "report.html"
    command = [sys.executable, "-m", "pipeline.cli", "scan", str(folder / "outbox"), "-f", "html", "-o", str(page)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 3
    return page


@pytest.fixture
def page(report: Path) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=list(QUIET))
        opened = browser.new_page()
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.on("request", lambda request: said.append(request.url) if request.url != report.as_uri() else None)
        opened.goto(report.as_uri())
        yield opened
        browser.close()
        assert said == [], "the page asked for something, or complained"


def shown(page: Page) -> int:
    return page.locator("article.document:visible").count()


def test_filters_by_verdict_category_and_words(page: Page) -> None:
    everything = shown(page)
    assert everything == 29
    page.get_by_label("held back").uncheck()
    page.get_by_label("needs review").uncheck()
    shareable = shown(page)
    assert 0 < shareable < everything
    page.get_by_label("held back").check()
    page.get_by_label("needs review").check()
    page.get_by_label("Category").select_option("cyber_incidents")
    assert page.locator("article.document:visible", has_text="breach-report.pdf").count() == 1
    assert page.locator("article.document:visible", has_text="canteen-notice.txt").count() == 0
    page.get_by_label("Category").select_option("")
    page.get_by_label("Find").fill("canteen-notice")
    assert shown(page) == 1


def test_text_of_a_document_is_only_ever_text(page: Page) -> None:
    assert page.title() != "broken"
    page.get_by_label("Find").fill("hostile.txt")
    assert page.locator("article.document:visible blockquote", has_text="onerror").count() >= 1
    assert page.locator("img").count() == 0


def test_can_be_read_without_a_mouse(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "verdict"
    page.keyboard.press("Space")
    assert not page.get_by_label("held back").is_checked()
