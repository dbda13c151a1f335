"""Kills the server in the middle of decisions, again and again: every acknowledged decision is there once.

python -m tests.server_kills [KILLS] [DATABASE]
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx

from pipeline.report.result import Coverage, DocumentRow, Finding
from pipeline.store.results import Done, Keys
from pipeline.store.store import Store

KEYS = Keys(reader="r" * 64, tagger="t" * 64, decider="d" * 64)


def main(kills: int, url: str) -> int:
    """0 where nothing was lost, nothing doubled and the chain of the trail is whole."""
    with Store(url) as store:
        person = store.people.add("robin", roles=["reviewer"], password=None, by="test")
        token = store.people.give_pass(person, "token", life=timedelta(hours=2))
        store.results.keep(Done(number=0, row=_row(kills * 40)), KEYS)
        waiting = [item.id for item, _ in store.queue.search(size=1 << 20)]
    port, acknowledged = _free_port(), dict[str, int]()
    for _ in range(kills):
        server = _started(port, url)
        stop = threading.Event()
        deciding = threading.Thread(target=_decide, args=(port, token, waiting, acknowledged, stop))
        deciding.start()
        time.sleep(0.8 + random.random())
        os.kill(server.pid, signal.SIGKILL)
        stop.set()
        server.wait()
        deciding.join()
    return _judged(url, acknowledged, kills)


def _decide(port: int, token: str, waiting: list[str], acknowledged: dict[str, int], stop: threading.Event) -> None:
    """Decide one after the other, and remember what the server said it had written."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10, trust_env=False) as client:
        while waiting and not stop.is_set():
            name = waiting[-1]
            try:
                tag = client.get(f"/v1/findings/{name}").headers.get("ETag", "")
                answer = client.post(
                    f"/v1/findings/{name}/decisions", json={"decision": "confirm"},
                    headers={"If-Match": tag, "Idempotency-Key": name},
                )  # fmt: skip
            except httpx.HTTPError:
                continue  # the server is gone: the same finding is decided again when it is back
            if answer.status_code == 201:
                acknowledged[name] = answer.json()["id"]
            waiting.pop()


def _judged(url: str, acknowledged: dict[str, int], kills: int) -> int:
    with Store(url) as store:
        made = {name: [kept.id for kept in store.decisions.of(name)] for name in acknowledged}
        rows, faults = store.verify_trail()
    lost = [name for name, number in acknowledged.items() if number not in made[name]]
    doubled = [name for name, numbers in made.items() if len(numbers) > 1]
    sys.stdout.write(
        f"{kills} kills, {len(acknowledged)} decisions acknowledged: {len(lost)} lost, {len(doubled)} doubled; "
        f"{rows} rows of the trail, {len(faults)} faults\n"
    )
    return int(bool(lost or doubled or faults) or not acknowledged)


def _started(port: int, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", str(port), "--no-worker"]
    server = subprocess.Popen(
        command, env={**os.environ, "SHARELIGHT_DATABASE_URL": url}, stderr=subprocess.DEVNULL
    )  # fmt: skip
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.02)
    raise SystemExit("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _row(findings: int) -> DocumentRow:
    fields = {
        "document_id": "0000-0000", "uri": "a.txt", "name": "a.txt", "sha256": "a" * 64, "media_type": "text/plain",
        "size_bytes": 3, "page_count": None, "language": None, "verdict": "held_back", "audience": "network",
        "verdicts": {"network": "held_back"}, "verdict_reasons": (), "decided_on": "2026-03-02", "notices": (),
        "coverage": Coverage(parts_total=1, parts_read=1, ocr_pages=0, sandbox="A", unread=()),
        "passages_total": findings, "findings": tuple(_finding(number) for number in range(findings)),
    }  # fmt: skip
    return DocumentRow.model_validate(fields)


def _finding(number: int) -> Finding:
    return Finding.model_validate({
        "finding_id": "1111-1111", "fingerprint": f"v1:{number}", "category": "cyber_incidents", "title": "",
        "tier": None, "rule_id": "model.x", "detector": "classifier", "score": 0.5, "certain": True,
        "outcome": "held_back", "risk": None, "adjustments": (), "steps": (), "cell": "", "sentence": "", "source": "",
        "benefits": (), "quote": "words", "highlight": {"start": 0, "end": 3}, "span": {"start": 0, "end": 3},
        "location": {"document": "a.txt", "part": "body", "kind": "body", "visibility": "visible",
                     "codepoint_range": {"start": number * 10, "end": number * 10 + 5}},
        "evidence": (), "explanation": {"summary": "", "original_score": None, "context_adjustment": 0.0,
                                        "matched": (), "top_terms": ()},
    })  # fmt: skip


if __name__ == "__main__":
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        address = given[1] if len(given) > 1 else f"sqlite:///{Path(scratch) / 'kills.db'}"
        raise SystemExit(main(int(given[0]) if given else 50, address))
