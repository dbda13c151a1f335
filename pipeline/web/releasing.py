"""What an approval writes: a signed record of what was let go, to whom, by whom and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .. import records, versions
from ..review import RELEASE_LIFE
from ..store.people import Person


def decider(state: Any, audience: str) -> str:
    """What a verdict by the rules in force for `audience` depends on."""
    return versions.decider(policy=state.rules.sha256, audience=audience, context=state.settings.context)


def ask(state: Any, case: int, person: Person, audience: str, reason: str) -> int:
    """Ask for a release; its number. Raises Refused where the verdict is none to build on."""
    state.rules.audience(audience)
    number: int = state.store.releases.request(
        case, person, audience=audience, policy_sha256=state.rules.sha256, decider=decider(state, audience),
        reason=reason,
    )  # fmt: skip
    return number


def approve(state: Any, number: int, person: Person, reason: str) -> str:
    """Approve a request; the record, as JSON. Raises Refused where this person may not."""
    store, rules = state.store, state.rules
    asked = store.releases.find(number)
    row, now = store.queue.result(asked.result_id), datetime.now(UTC)
    record = records.ReleaseRecord(
        document_sha256=asked.sha256,
        document_name=row.name,
        media_type=row.media_type,
        audience=asked.audience,
        verdict=row.verdicts.get(asked.audience, row.verdict),
        findings_sha256=records.findings_digest(row),
        policy=records.Digest(version=rules.version, sha256=rules.sha256),
        requested=records.Who(name=asked.requester, at=asked.requested_at, reason=asked.reason),
        approved=records.Who(name=person.name, at=now.isoformat(timespec="seconds"), reason=reason),
        expires_at=(now + RELEASE_LIFE).isoformat(timespec="seconds"),
        public_key=records.public_key(state.signing),
    )
    told = records.signed(record, state.signing).model_dump_json(indent=1)
    store.releases.approve(
        number, person, reason=reason, policy_sha256=rules.sha256, decider=decider(state, asked.audience), record=told
    )
    return told
