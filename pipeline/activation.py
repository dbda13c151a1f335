"""Puts rules in force, and takes them back: with a reason, a second person, and a row on the audit trail.

Each version that was ever in force lies whole and sealed in a folder of its own. The registers are no part of a
version: they are filled from day to day, and go along from the rules in force to the next.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from . import approvals, policy, settings
from .approvals import Approval, Approver
from .errors import Overtaken, PolicyError, Refused, UsageError
from .flips import ImpactReport, named
from .policy import Policy
from .policy.diff import Change, compare
from .policy.diff.trust import loosens_high_trust
from .policy.files import REGISTERS, SEAL
from .settings import ACTIVE_FILE
from .store.store import Store
from .store.trail import Entry
from .strict_yaml import nearest

SHIPPED, ACTIVE = "shipped", "active"
RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated:
    """What is in force now, and what that changed."""

    rules: Policy
    changes: tuple[Change, ...]


def place(name: str, in_force: Path) -> Path:
    """The folder of rules called `name`: a path, a version that was in force, "active" or "shipped"."""
    folder = Path(name)
    if folder.is_dir():
        return folder
    versions = _versions()
    if name in versions:
        return settings.policies_folder() / name
    if name in (SHIPPED, ACTIVE):
        return in_force if name == ACTIVE else settings.data_folder("rules")
    raise UsageError(f"no folder and no version {name!r}; {nearest(name, [*versions, ACTIVE, SHIPPED])}")


@contextmanager
def assembled(rules: Path, in_force: Path) -> Iterator[Path]:
    """`rules` as they would be in force: a copy with the registers of the rules that are in force now."""
    with tempfile.TemporaryDirectory() as scratch:
        yield _copy(rules, in_force, Path(scratch) / "rules")


def approve(rules: Path, in_force: Path, *, key: Path, known: Path, impact: Path | None) -> Approval:
    """The signed approval of one who is listed. Raises Refused where the rules loosen too much without a report."""
    secret, listed = approvals.read_key(key), approvals.approvers(known)
    who = approvals.person(secret, listed)
    now = policy.load(in_force)
    with assembled(rules, in_force) as folder:
        then = policy.load(folder)
    report = _report(impact, compare(now, then), now, then)
    approval = Approval(
        now=named(now), then=named(then), impact_sha256=report, approver=who.name, at=approvals.now(),
        public_key=who.public_key,
    )  # fmt: skip
    return approvals.sign(approval, secret)


def activate(
    rules: Path, in_force: Path, store: Store, *, reason: str, key: Path, known: Path, approval: Path,
    impact: Path | None,
) -> Activated:  # fmt: skip
    """Put `rules` in force, approved by one person and done by another. Raises Refused, and nothing has changed."""
    listed = approvals.approvers(known)
    who, given = approvals.person(approvals.read_key(key), listed), approvals.read(approval)
    before = settings.activated()
    now = policy.load(in_force)
    with assembled(rules, in_force) as folder:
        then = policy.load(folder)
        changes = compare(now, then)
        approvals.check(given, listed, now=named(now), then=named(then), at=approvals.now())
        _check_persons(who, given, reason)
        if _report(impact, changes, now, then) != given.impact_sha256:
            raise Refused("the impact report is not the one that was approved")
        _keep(in_force, now, in_force)
        _keep(folder, then, in_force)
    record = _record(now, then, who, reason, given=given, impact=impact)
    _switch(
        store, before, [*(before or (now.version,)), then.version], _entry("policy_activated", who, now, then, record)
    )
    return Activated(rules=then, changes=changes)


def roll_back(in_force: Path, store: Store, *, reason: str, key: Path, known: Path) -> Activated:
    """Put back in force what was in force before, which was approved then. Raises Refused where nothing was."""
    who = approvals.person(approvals.read_key(key), approvals.approvers(known))
    if not reason.strip():
        raise UsageError("going back needs a reason")
    versions = settings.activated()
    if len(versions) < 2:
        raise Refused("no rules were in force before these")
    now, folder = policy.load(in_force), settings.policies_folder() / versions[-2]
    policy.load(folder)  # its seal must be whole before anything is copied into it
    _carry(in_force, folder)
    then = policy.load(folder)
    record = _record(now, then, who, reason)
    _switch(store, versions, versions[:-1], _entry("policy_rolled_back", who, now, then, record))
    return Activated(rules=then, changes=compare(now, then))


def _check_persons(who: Approver, given: Approval, reason: str) -> None:
    if not reason.strip():
        raise UsageError("an activation needs a reason")
    if given.approver == who.name or given.public_key == who.public_key:
        raise Refused("nobody activates what they have approved themselves: it takes a second person")


def _report(impact: Path | None, changes: Sequence[Change], now: Policy, then: Policy) -> str:
    """The digest of the impact report, empty where none is needed and none given."""
    loosened = [change for change in changes if loosens_high_trust(change, now, then)]
    if impact is None:
        if loosened:
            raise Refused(f"loosens what is High Trust ({loosened[0].sentence}): attach an impact report (--impact)")
        return ""
    try:
        data = impact.read_bytes()
        report = ImpactReport.model_validate_json(data)
    except (OSError, ValidationError):
        raise UsageError(
            f"{impact}: no impact report (`sharelight policy impact -f json -o FILE` writes one)"
        ) from None
    if (report.now, report.then) != (named(now), named(then)):
        raise Refused("the impact report is about other rules: run `sharelight policy impact` anew")
    return approvals.digest(data)


def _versions() -> tuple[str, ...]:
    folder = settings.policies_folder()
    return tuple(sorted(each.parent.name for each in folder.glob(f"*/{SEAL}"))) if folder.is_dir() else ()


def _copy(rules: Path, in_force: Path, target: Path) -> Path:
    shutil.copytree(rules, target, ignore=shutil.ignore_patterns(SEAL))
    _carry(in_force, target)
    return target


def _carry(in_force: Path, target: Path) -> None:
    """The registers in force take the place of those in `target`."""
    if in_force.resolve() == target.resolve():
        return
    shutil.rmtree(target / REGISTERS, ignore_errors=True)
    if (in_force / REGISTERS).is_dir():
        shutil.copytree(in_force / REGISTERS, target / REGISTERS)


def _keep(rules: Path, loaded: Policy, in_force: Path) -> None:
    """A sealed copy among the versions. Raises Refused where the version's name is taken by other rules."""
    folder = settings.policies_folder() / loaded.version
    if folder.is_dir():
        if policy.load(folder).rules_sha256 != loaded.rules_sha256:
            raise Refused(f"there was a version {loaded.version} with other rules: give policy.yaml a new version")
        _carry(in_force, folder)
        return
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
        draft = _copy(rules, in_force, Path(scratch) / "rules")
        (draft / SEAL).write_text(loaded.rules_sha256 + "\n", "ascii")
        if policy.load(draft).rules_sha256 != loaded.rules_sha256:
            raise PolicyError("changed while it was being copied; activate it anew", file=rules)
        draft.rename(folder)


def _record(
    now: Policy, then: Policy, who: Approver, reason: str, *, given: Approval | None = None, impact: Path | None = None
) -> bytes:
    """Everything about an activation, kept beside the versions under its digest, which goes on the audit trail."""
    told = {
        "schema_version": "sharelight/activation/1", "now": named(now).model_dump(), "then": named(then).model_dump(),
        "by": who.name, "reason": reason, "at": approvals.now().isoformat(),
        "approval": given.model_dump(mode="json") if given else None,
        "impact": json.loads(impact.read_bytes()) if impact else None,
    }  # fmt: skip
    return (json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _entry(action: str, who: Approver, now: Policy, then: Policy, record: bytes) -> tuple[Entry, bytes]:
    detail = {"from": now.rules_sha256, "version": then.version, "record": approvals.digest(record)}
    return Entry(actor=who.name, action=action, subject=then.rules_sha256, detail=detail), record


def _switch(store: Store, before: Sequence[str], versions: Sequence[str], noted: tuple[Entry, bytes]) -> None:
    """Name the versions anew and note it: both or neither. Raises Overtaken where somebody else was faster."""
    entry, record = noted
    folder = settings.policies_folder()
    (folder / RECORDS).mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / RECORDS / f"{approvals.digest(record)}.json").write_bytes(record)
    try:
        with store.noting(entry):
            if settings.activated() != tuple(before):
                raise Overtaken("other rules were put in force meanwhile: compare and approve anew")
            _write(versions)
    except Overtaken:
        raise
    except BaseException:
        _write(before)
        raise


def _write(versions: Sequence[str]) -> None:
    listed = settings.policies_folder() / ACTIVE_FILE
    if not versions:
        listed.unlink(missing_ok=True)
        return
    beside = listed.with_name(f".{ACTIVE_FILE}.new")
    beside.write_text("".join(f"{version}\n" for version in versions), "utf-8")
    beside.replace(listed)
