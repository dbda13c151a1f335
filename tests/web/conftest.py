"""A review over a small database: two documents, and people of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from pipeline import audit, packing, settings
from pipeline.reading import read
from pipeline.report.build import document_row
from pipeline.sandbox import Sandbox
from pipeline.scan import Kit, load_kit, recognise
from pipeline.store.results import Done
from pipeline.store.store import Store
from pipeline.types import Blob
from pipeline.web.app import create_app
from pipeline.web.passwords import hashed
from tests.test_audit import TODAY

KEY, PASSWORD, DIGEST = b"k" * 32, "correct horse battery", hashed("correct horse battery")
HELD = "Checkpoint 7 of the unreleased model solved 14 of 20 exploit tasks; its launch is planned for May."
HOSTILE = "<script>document.title='broken'</script> 😀 \u202egnirts\u202c e\u0301"
ROLES = {"reader": ["reader"], "robin": ["reviewer"], "rene": ["reviewer"], "sasha": ["releaser"], "pat": ["policy"],
         "admin": ["admin"]}  # fmt: skip


@pytest.fixture(scope="session")
def kit(sandbox: Sandbox) -> Kit:
    return load_kit(settings.load({"weak_sandbox": True}).settings, sandbox, key=KEY)


@pytest.fixture
def put(kit: Kit) -> Callable[..., str]:
    """Puts a text into a store as if it had been scanned; its SHA-256."""

    def put(store: Store, text: str, name: str = "note.txt") -> str:
        blob = Blob.of(text.encode(), name=name)
        found = read(blob, kit.sandbox, kit.limits)
        row = document_row(recognise(f"archive/{name}", found, kit, today=TODAY), policy=kit.policy, audience="network")
        keys = audit.keys_of(kit.settings, kit.policy, kit.detectors.model_sha256, KEY)
        store.results.keep(Done(number=0, row=row, packed=packing.pack(found)), keys)
        return blob.sha256

    return put


@pytest.fixture
def store(database: str, put: Callable[..., str]) -> Iterator[Store]:
    with Store(database) as opened:
        for name, roles in ROLES.items():
            opened.people.add(name, roles=roles, password=DIGEST, by="test")
        put(opened, f"{HELD}\n\n{HOSTILE}\n", "hostile<b>.txt")
        put(opened, HELD, "same.txt")
        yield opened


@pytest.fixture
def sign_in(store: Store, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], TestClient]:
    from pipeline.web import pages_entry

    monkeypatch.setattr(pages_entry, "_TRIES", 10_000)
    app = create_app(store, kit.settings, kit.policy, signing=b"s" * 32)

    def enter(name: str) -> TestClient:
        client = TestClient(app, base_url="https://testserver", follow_redirects=False)
        if name:
            answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, name
            client.headers["X-CSRF-Token"] = secret_of(client)
        return client

    return enter


def secret_of(client: TestClient) -> str:
    """What forms of this session carry."""
    page = client.get("/people" if client.get("/").status_code == 303 else "/").text
    return page.split('name="csrf" value="')[1].split('"')[0]
