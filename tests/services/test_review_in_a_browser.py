"""The review in a real browser: by keyboard alone, with a second person, in light and dark, for everybody."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pipeline import worker
from pipeline.scan import Kit
from pipeline.store.store import Store
from pipeline.web.app import create_app
from tests.services.test_report_in_a_browser import QUIET, chromium
from tests.web.conftest import HELD, KEY, PASSWORD, kit, put, store

pytestmark = pytest.mark.services
__all__ = ["kit", "put", "store"]  # the fixtures of the web's own tests
PAGES = ("/", "/queue", "/release-requests", "/archive", "/rules", "/try", "/audit", "/findings/next")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield found
        found.close()


@pytest.fixture
def address(store: Store, kit: Kit, put) -> Iterator[str]:  # type: ignore[no-untyped-def]
    for number in range(12):
        put(store, f"{HELD} The {number} runs were made on a cluster of ours.", f"memo-{number}.txt")
    app = create_app(store, kit.settings, kit.policy, signing=b"s" * 32)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)  # it says so itself, and soon
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def signed_in(browser: Browser, address: str, name: str, **options: object) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()  # type: ignore[arg-type]
    page.said = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.said.append(str(error)))  # type: ignore[attr-defined]
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def pressed(page: Page, key: str) -> None:
    """Press a key that leads to another finding."""
    before = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state("networkidle")


def test_ten_findings_by_keyboard_alone_and_nothing_breaks_the_rules_of_the_page(
    browser: Browser, address: str, store: Store
) -> None:
    page = signed_in(browser, address, "robin")
    pressed(page, "n")
    for number in range(10):
        if number % 3 == 2:
            page.keyboard.press("x")
            expect(page.locator("#reasons")).to_be_visible()
            pressed(page, "2")
        else:
            pressed(page, "a")
    made = list(store.decisions.standing())
    assert [kept.decision for kept in made] == (["confirm"] * 2 + ["not_sensitive"]) * 3 + ["confirm"]
    assert {kept.reason for kept in made} == {"", "generic_wording"}
    pressed(page, "z")
    assert len(list(store.decisions.standing())) == 9
    assert made[-1].item_id in page.url
    assert page.said == []  # type: ignore[attr-defined]


def test_keys_rest_in_a_field_and_can_be_switched_off(browser: Browser, address: str, store: Store) -> None:
    page = signed_in(browser, address, "robin")
    pressed(page, "n")
    page.keyboard.press("r")
    page.keyboard.type("a banana x")
    expect(page.get_by_label("Comment")).to_have_value("a banana x")
    page.keyboard.press("Escape")
    for key in ("Enter", "Space", "Backspace"):
        page.keyboard.press(key)
    page.keyboard.press("?")
    page.get_by_label("use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("a")
    page.wait_for_load_state("networkidle")
    assert list(store.decisions.standing()) == []


def test_two_browsers_on_one_finding(browser: Browser, address: str, store: Store) -> None:
    slow, quick = signed_in(browser, address, "rene"), signed_in(browser, address, "robin")
    pressed(slow, "n")
    slow.get_by_label("Comment").fill("my own words")
    found = re.search(r"findings/(\w+)", slow.url)
    assert found
    person = store.people.named("robin")
    assert person
    from pipeline.store.decisions import Choice
    from pipeline.store.tables import items

    with store.queue._engine.begin() as connection:  # the lease has run out
        connection.execute(items.update().values(lease_until="2020"))
    quick.goto(f"{address}/findings/{found[1]}")
    store.decisions.decide(found[1], person[0], Choice(decision="confirm"), version=None, categories=[])
    slow.keyboard.press("Escape")
    slow.get_by_role("button", name="Unsure").click()
    expect(slow.get_by_role("alert")).to_contain_text("faster")
    expect(slow.get_by_label("Comment")).to_have_value("my own words")
    assert len(store.decisions.of(found[1])) == 1


def test_a_release_by_two_people(browser: Browser, address: str, store: Store) -> None:
    robin, sasha = signed_in(browser, address, "robin"), signed_in(browser, address, "sasha")
    case = store.queue.page()[0][0]
    for page in (robin, sasha):
        for _ in range(case.to_do + 5):
            page.goto(f"{address}/findings/next?case={case.id}")
            waiting = [item for item in store.queue.items(case.id) if item.state in ("open", "second")]
            if not any(item.id in page.url for item in waiting):
                break
            page.keyboard.press("x")
            pressed(page, "1")
        if page is robin:
            page.goto(f"{address}/documents/{case.sha256}")
            page.get_by_label("Why should it go?").fill("The developer agreed in writing.")
            page.keyboard.press("Control+Enter")
            expect(page.get_by_text("so somebody else decides")).to_be_visible()
            request = page.url
            expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    sasha.goto(request)
    sasha.get_by_label("Reason").fill("Seen the letter.")
    sasha.get_by_role("button", name="Approve").click()
    expect(sasha.get_by_role("link", name="Signed record")).to_be_visible()
    assert store.releases.all()[0].state == "approved"


def test_a_dropped_file_gets_its_verdict(
    browser: Browser, address: str, store: Store, kit: Kit, tmp_path: Path
) -> None:
    page = signed_in(browser, address, "robin")
    file = tmp_path / "dropped.txt"
    file.write_text(f"{HELD} Dropped.", encoding="utf-8")
    page.goto(f"{address}/try")
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert worker.once(store, kit, KEY)
    expect(page.locator("#main").get_by_text("held back").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_usable_by_everybody(browser: Browser, address: str, scheme: str) -> None:
    page = signed_in(browser, address, "sasha", color_scheme=scheme)
    case = page.goto(f"{address}/queue") and page.locator("tbody a").first.get_attribute("href")
    faults = []
    for path in (*PAGES, str(case), "/people", "/sign-in"):
        page.goto(address + path)
        found = Axe().run(page).response["violations"]
        faults += [(path, one["id"]) for one in found if one["impact"] in ("serious", "critical")]
    assert faults == []
