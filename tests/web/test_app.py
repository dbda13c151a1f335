"""The review as people and programs use it: nothing is lost, nobody does what is not theirs, text stays text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from pipeline import records, worker
from pipeline.scan import Kit
from pipeline.store import database
from pipeline.store.store import Store

from .conftest import HELD, KEY, PASSWORD

Enter = Callable[[str], TestClient]
LET_GO = {"decision": "not_sensitive", "reason": "already_public"}


def findings(client: TestClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/v1/findings").json()["findings"]
    return found


def decide(client: TestClient, name: object, **body: object) -> object:
    tag = client.get(f"/v1/findings/{name}").headers["ETag"]
    return client.post(f"/v1/findings/{name}/decisions", json=body, headers={"If-Match": tag})


def test_without_a_session_pages_lead_to_the_sign_in_and_v1_says_401(sign_in: Enter) -> None:
    client = sign_in("")
    for path in ("/", "/findings/next", *(path for path in MATRIX if not path.startswith("/v1"))):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
    for path in ("findings", "categories", "audit", "jobs/x", "documents/x"):
        answer = client.get(f"/v1/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path


# Who may open what: everything else is 403, and nobody finds a page that is not here.
MATRIX = {
    "/queue": {"reader", "robin", "sasha", "pat"}, "/archive": {"reader", "robin", "sasha", "pat"},
    "/rules": {"reader", "robin", "sasha", "pat"}, "/release-requests": {"reader", "robin", "sasha", "pat"},
    "/try": {"reader", "robin", "sasha", "pat"}, "/audit": {"sasha", "pat", "admin"}, "/people": {"admin"},
    "/v1/findings": {"reader", "robin", "sasha", "pat"}, "/v1/categories": {"reader", "robin", "sasha", "pat"},
    "/v1/audit": {"sasha", "pat", "admin"},
}  # fmt: skip


def test_every_page_and_role(sign_in: Enter) -> None:
    for name in ("reader", "robin", "sasha", "pat", "admin"):
        client = sign_in(name)
        for path, who in MATRIX.items():
            assert client.get(path).status_code == (200 if name in who else 403), (path, name)


def test_who_only_reads_decides_nothing(sign_in: Enter) -> None:
    client = sign_in("reader")
    name = findings(client)[0]["id"]
    assert decide(client, name, decision="confirm").status_code == 403  # type: ignore[attr-defined]
    assert client.post(f"/findings/{name}", data={"decision": "confirm", "version": "1"}).status_code == 403


def test_a_form_of_another_session_changes_nothing(sign_in: Enter, store: Store) -> None:
    client = sign_in("robin")
    name = findings(client)[0]["id"]
    del client.headers["X-CSRF-Token"]
    for secret in ("", "guessed", "é"):
        data = {"decision": "confirm", "version": "1", "csrf": secret}
        assert client.post(f"/findings/{name}", data=data).status_code == 403
    assert store.decisions.of(str(name)) == []


def test_wrong_passwords_lock_the_account_for_a_while(sign_in: Enter, store: Store) -> None:
    client = sign_in("")
    for _ in range(5):
        assert client.post("/sign-in", data={"name": "robin", "password": "wrong"}).status_code == 401
    assert client.post("/sign-in", data={"name": "robin", "password": PASSWORD}).status_code == 401
    assert client.post("/sign-in", data={"name": "nobody", "password": PASSWORD}).status_code == 401
    assert client.post("/sign-in", data={"name": "rene", "password": PASSWORD}).status_code == 303


def test_a_session_ends_with_sign_out_idleness_and_the_account(sign_in: Enter, store: Store, database: str) -> None:
    client = sign_in("robin")
    client.post("/sign-out")
    assert client.get("/queue").status_code == 303
    client = sign_in("robin")
    store.people.change("robin", by="test", active=False)
    assert client.get("/queue").status_code == 303
    client = sign_in("rene")
    long_ago = (datetime.now(UTC) - timedelta(minutes=61)).isoformat()
    _execute(database, f"UPDATE passes SET seen_at = '{long_ago}'")
    assert client.get("/queue").status_code == 303


def test_the_sign_in_leads_nowhere_else(sign_in: Enter) -> None:
    client = sign_in("")
    for there in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        data = {"name": "robin", "password": PASSWORD, "next": there}
        assert client.post("/sign-in", data=data).headers["location"] == "/"


def test_triage_by_form_goes_on_to_the_next_and_undo_comes_back(sign_in: Enter) -> None:
    client = sign_in("robin")
    first = client.get("/findings/next").headers["location"]
    page = client.get(first)
    assert page.status_code == 200
    version = page.text.split('name="version" value="')[1].split('"')[0]
    answer = client.post(first, data={"decision": "confirm", "version": version})
    assert answer.status_code == 303
    assert not answer.headers["location"].startswith(f"{first}?")
    assert client.post("/undo").headers["location"] == first
    assert "undone" in client.get(first).text


@pytest.mark.threat(94)
def test_the_slower_one_is_told_and_keeps_what_they_wrote(sign_in: Enter) -> None:
    robin, rene = sign_in("robin"), sign_in("rene")
    name = findings(robin)[0]["id"]
    before = rene.get(f"/v1/findings/{name}").headers["ETag"]
    assert decide(robin, name, decision="confirm").status_code == 201  # type: ignore[attr-defined]
    late = rene.post(f"/v1/findings/{name}/decisions", json=LET_GO, headers={"If-Match": before})
    assert (late.status_code, late.headers["content-type"]) == (412, "application/problem+json")
    data = {"let_go": "other", "comment": "my words", "version": before.strip('"')}
    page = rene.post(f"/findings/{name}", data=data)
    assert page.status_code == 412
    assert "my words" in page.text


def test_a_lease_keeps_others_away(sign_in: Enter) -> None:
    robin, rene = sign_in("robin"), sign_in("rene")
    name = findings(robin)[0]["id"]
    robin.get(f"/findings/{name}")
    assert rene.get("/findings/next").headers["location"] != f"/findings/{name}"
    assert "is at this finding" in rene.get(f"/findings/{name}").text


def test_who_only_reads_keeps_nobody_away(sign_in: Enter) -> None:
    reader, robin = sign_in("reader"), sign_in("robin")
    there = reader.get("/findings/next").headers["location"]
    assert reader.get(there).status_code == 200
    assert robin.get("/findings/next").headers["location"] == there


@pytest.mark.threat(94)
def test_a_request_that_is_sent_twice_counts_once(sign_in: Enter, store: Store) -> None:
    client = sign_in("robin")
    name = str(findings(client)[0]["id"])
    headers = {"If-Match": client.get(f"/v1/findings/{name}").headers["ETag"], "Idempotency-Key": "once"}
    answers = [client.post(f"/v1/findings/{name}/decisions", json=LET_GO, headers=headers).json() for _ in range(3)]
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert len(store.decisions.of(name)) == 1


def test_decisions_that_make_no_sense_are_refused(sign_in: Enter) -> None:
    client = sign_in("robin")
    name = findings(client)[0]["id"]
    for body in ({"decision": "not_sensitive"}, {"decision": "confirm", "category": "no such"}, {"decision": "yes"}):
        assert decide(client, name, **body).status_code == 422  # type: ignore[attr-defined]
    assert client.post(f"/v1/findings/{name}/decisions", json=LET_GO).status_code == 428
    assert client.get("/v1/findings/none").status_code == 404


def test_the_very_same_passage_is_decided_at_once_after_a_look(sign_in: Enter) -> None:
    client = sign_in("robin")
    names = [one["id"] for one in findings(client) if one["category"] == "predeployment_results_before"]
    pair = client.get(f"/findings/{names[0]}/same").text
    assert all(f'value="{name}"' in pair for name in names)
    body = {"findings": names, **LET_GO}
    dry = client.post("/v1/findings/bulk-decisions", json=body).json()
    assert [one["problem"] for one in dry["findings"]] == [None] * len(names)
    assert {one["status"] for one in findings(client) if one["id"] in names} == {"open"}
    assert client.post("/v1/findings/bulk-decisions", json=body | {"dry_run": False}).status_code == 200
    left = {one["id"] for one in findings(client) if one["status"] == "open"}
    assert left.isdisjoint(names)


def settle(client: TestClient, sha256: str) -> None:
    for one in findings(client):
        if one["document"]["id"] == sha256 and one["status"] in ("open", "second"):  # type: ignore[index]
            decide(client, one["id"], **LET_GO)


@pytest.mark.threat(94)
def test_a_release_takes_a_second_person_and_a_second_look(sign_in: Enter, store: Store, kit: Kit) -> None:
    robin, sasha, rene = sign_in("robin"), sign_in("sasha"), sign_in("rene")
    sha256 = str(findings(robin)[0]["document"]["id"])  # type: ignore[index]
    settle(robin, sha256)
    asked = sasha.post(f"/v1/documents/{sha256}/release-requests", json={"reason": "the developer agreed"}).json()
    own = sasha.post(f"/v1/release-requests/{asked['id']}/approve", json={})
    assert (own.status_code, own.json()["title"]) == (409, "nobody approves a request of their own")
    sasha.post(f"/release-requests/{asked['id']}/withdraw")
    number = robin.post(f"/v1/documents/{sha256}/release-requests", json={"reason": "the developer agreed"}).json()[
        "id"
    ]
    assert rene.post(f"/v1/release-requests/{number}/approve", json={}).status_code == 403
    early = sasha.post(f"/v1/release-requests/{number}/approve", json={"reason": "fine"})
    assert (early.status_code, "not settled" in early.json()["title"]) == (409, True)
    blind = next(one for one in findings(sasha) if one["status"] == "second")
    assert sasha.get(f"/v1/findings/{blind['id']}").json()["decisions"] == []
    settle(sasha, sha256)
    record = sasha.post(f"/v1/release-requests/{number}/approve", json={"reason": "fine"})
    assert record.status_code == 200
    found = records.read(record.content)
    assert records.fault(found, records.public_key(b"s" * 32)) is None
    assert (found.document_sha256, found.approved.name) == (sha256, "sasha")  # type: ignore[union-attr]
    assert sasha.post(f"/v1/release-requests/{number}/approve", json={}).status_code == 409
    assert store.verify_trail()[1] == []


def test_a_release_lapses_with_time_and_with_the_rules(sign_in: Enter, store: Store, database: str) -> None:
    robin, sasha = sign_in("robin"), sign_in("sasha")
    sha256 = str(findings(robin)[0]["document"]["id"])  # type: ignore[index]
    number = robin.post(f"/v1/documents/{sha256}/release-requests", json={"reason": "agreed"}).json()["id"]
    settle(robin, sha256)
    settle(sasha, sha256)
    _execute(database, f"UPDATE releases SET policy_sha256 = '{'0' * 64}'")
    lapsed = sasha.post(f"/v1/release-requests/{number}/approve", json={})
    assert (lapsed.status_code, "changed" in lapsed.json()["title"]) == (409, True)
    _execute(database, "UPDATE releases SET expires_at = '2020-01-01T00:00:00'")
    assert store.releases.find(number).state == "expired"
    assert sasha.post(f"/v1/release-requests/{number}/deny", json={"reason": "no"}).status_code == 409


def test_no_release_rests_on_a_verdict_for_somebody_else_or_by_other_rules(
    sign_in: Enter, store: Store, database: str
) -> None:
    robin = sign_in("robin")
    sha256 = str(findings(robin)[0]["document"]["id"])  # type: ignore[index]
    path = f"/v1/documents/{sha256}/release-requests"
    other = robin.post(path, json={"reason": "agreed", "audience": "public"})
    assert (other.status_code, "another audience" in other.json()["title"]) == (409, True)
    _execute(database, f"UPDATE results SET decider = '{'0' * 64}'")
    assert robin.post(path, json={"reason": "agreed"}).status_code == 409
    page = robin.post(
        f"/documents/{sha256}/release-requests", data={"case": "99", "audience": "network", "reason": "agreed"}
    )
    assert page.status_code == 404, "a case of another document"


def test_a_verdict_that_rests_on_a_register_is_none_for_another_day(
    sign_in: Enter, store: Store, database: str
) -> None:
    robin = sign_in("robin")
    sha256 = str(findings(robin)[0]["document"]["id"])  # type: ignore[index]
    _execute(database, "UPDATE results SET dated = 1, decided_on = '2020-01-01'")
    told = robin.post(f"/v1/documents/{sha256}/release-requests", json={"reason": "agreed"})
    assert (told.status_code, "another day" in told.json()["title"]) == (409, True)


def test_a_key_that_was_used_for_another_document_gives_no_verdict_of_that_one(
    sign_in: Enter, store: Store, kit: Kit
) -> None:
    client, headers = sign_in("robin"), {"Idempotency-Key": "same"}
    harmless = "The secretariat met on Tuesday and agreed the plan for the coming quarter."
    first = client.post("/v1/jobs", files={"file": ("a.txt", harmless)}, headers=headers).json()["id"]
    second = client.post("/v1/jobs", files={"file": ("a.txt", HELD)}, headers=headers).json()["id"]
    assert worker.once(store, kit, KEY)
    assert worker.once(store, kit, KEY)
    verdicts = [client.get(f"/v1/jobs/{one}/result").json()["verdict"] for one in (first, second)]
    assert verdicts == ["shareable", "held_back"]
    one, two = (str(each["id"]) for each in findings(client)[:2])
    decide(client, one, decision="confirm")
    for name in (one, two):
        tag = client.get(f"/v1/findings/{name}").headers["ETag"]
        client.post(f"/v1/findings/{name}/decisions", json=LET_GO, headers=headers | {"If-Match": tag})
    assert [kept.decision for kept in store.decisions.of(two)] == ["not_sensitive"]


def test_a_job_does_not_say_where_equal_bytes_lie(sign_in: Enter, store: Store, kit: Kit) -> None:
    client = sign_in("robin")
    number = client.post("/v1/jobs", files={"file": ("same.txt", HELD)}).json()["id"]
    assert worker.once(store, kit, KEY)
    assert client.get(f"/v1/jobs/{number}/result").json()["uri"] == "same.txt"


def test_what_people_disagree_on_is_settled_by_a_third(sign_in: Enter, store: Store) -> None:
    robin, rene, sasha = sign_in("robin"), sign_in("rene"), sign_in("sasha")
    name = str(findings(robin)[0]["id"])
    decide(robin, name, decision="confirm")
    assert decide(rene, name, **LET_GO).json()["status"] == "disputed"  # type: ignore[attr-defined]
    assert decide(rene, name, **LET_GO).status_code == 409  # type: ignore[attr-defined]
    assert decide(sasha, name, decision="confirm").json()["status"] == "decided"  # type: ignore[attr-defined]
    assert store.figures().agreement == 0.0


def test_nobody_undoes_what_another_decided(sign_in: Enter) -> None:
    robin, rene = sign_in("robin"), sign_in("rene")
    number = decide(robin, findings(robin)[0]["id"], decision="confirm").json()["id"]  # type: ignore[attr-defined]
    assert rene.post(f"/v1/decisions/{number}/undo").status_code == 409
    assert robin.post(f"/v1/decisions/{number}/undo").json()["status"] == "open"
    assert robin.post(f"/v1/decisions/{number}/undo").status_code == 409


def test_what_is_in_a_document_is_shown_as_text(sign_in: Enter) -> None:
    client = sign_in("sasha")
    for one in findings(client):
        page = client.get(f"/findings/{one['id']}?more=1").text
        assert "<script>document" not in page
        assert "hostile<b>" not in page
        assert "\u202e" not in page, "what turns the writing direction is spelt out"
    for path in ("/queue", "/archive", "/audit", f"/documents/{findings(client)[0]['document']['id']}"):  # type: ignore[index]
        assert "hostile<b>" not in client.get(path).text


def test_every_answer_carries_the_headers(sign_in: Enter) -> None:
    client = sign_in("robin")
    for path in ("/queue", "/sign-in", "/nowhere", "/v1/findings", "/static/review.js", "/healthz"):
        answer = client.get(path, headers={"X-Correlation-ID": "abc-1"})
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Correlation-ID"] == "abc-1"


def test_a_dropped_file_is_checked_by_the_worker_and_seen_by_nobody_else(
    sign_in: Enter, store: Store, kit: Kit
) -> None:
    robin, rene = sign_in("robin"), sign_in("rene")
    put = robin.post("/v1/jobs", files={"file": ("memo.txt", HELD + " Again.")}, headers={"Idempotency-Key": "j"})
    again = robin.post("/v1/jobs", files={"file": ("memo.txt", HELD + " Again.")}, headers={"Idempotency-Key": "j"})
    number = put.json()["id"]
    assert (put.status_code, again.json()["id"]) == (202, number)
    assert robin.get(f"/v1/jobs/{number}/result").status_code == 409
    assert worker.once(store, kit, KEY)
    assert not worker.once(store, kit, KEY)
    assert robin.get(f"/v1/jobs/{number}/result").json()["verdict"] == "held_back"
    assert "held back" in robin.get(f"/jobs/{number}").text
    assert rene.get(f"/v1/jobs/{number}").status_code == 404
    assert rene.get(f"/jobs/{number}").status_code == 404


def test_a_job_that_cannot_be_checked_ends_with_a_reason(
    sign_in: Enter, store: Store, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("robin")
    number = client.post("/v1/jobs", files={"file": ("memo.txt", "words")}).json()["id"]

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("with words of the document")

    monkeypatch.setattr(worker, "recognise", broken)
    assert worker.once(store, kit, KEY)
    told = client.get(f"/v1/jobs/{number}").json()
    assert (told["status"], "words of" in told["error"]) == ("failed", False)


def test_a_program_shows_a_token_and_needs_no_form(sign_in: Enter, store: Store) -> None:
    found = store.people.named("robin")
    assert found is not None
    token = store.people.give_pass(found[0], "token")
    client = sign_in("")
    client.headers["Authorization"] = f"Bearer {token}"
    assert decide(client, findings(client)[0]["id"], decision="confirm").status_code == 201  # type: ignore[attr-defined]
    client.headers["Authorization"] = f"Bearer {token}x"
    assert client.get("/v1/findings").status_code == 401


def test_a_document_that_is_judged_anew_keeps_its_decisions(
    sign_in: Enter, store: Store, kit: Kit, put: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import versions

    client = sign_in("robin")
    name = next(str(one["id"]) for one in findings(client) if one["document"]["name"] == "same.txt")  # type: ignore[index]
    decide(client, name, decision="confirm")
    monkeypatch.setattr(versions, "code", lambda: "another version of the program")
    put(store, HELD, "same.txt")
    item = store.queue.item(name)
    assert item is not None
    assert item.state == "decided"


def test_people_are_added_and_switched_off_by_others_alone(sign_in: Enter, store: Store) -> None:
    admin = sign_in("admin")
    data = {"name": "new", "password": "long enough to be one", "roles": ["reviewer"]}
    assert admin.post("/people", data=data).status_code == 303
    assert admin.post("/people", data=data).status_code == 422, "the name is taken"
    assert admin.post("/people", data=data | {"name": "short", "password": "short"}).status_code == 422
    assert admin.post("/people/admin", data={"active": "true", "roles": ["releaser"]}).status_code == 409
    assert admin.post("/people/robin", data={"active": "false", "roles": ["reviewer"]}).status_code == 303
    assert {one.name for one in store.people.all() if not one.active} == {"robin"}


def _execute(url: str, statement: str) -> None:
    engine = database.opened(url)
    with database.guarded(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()
