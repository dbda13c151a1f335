"""Signed approvals of a policy: who has looked at which rules, and lets them be put in force.

Ed25519 (RFC 8032) over canonical JSON. Who may approve or activate is listed in `approvers.yaml` of the configuration
folder, each with a public key; the secret half stays with the person.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import strict_yaml
from .errors import Refused, UsageError
from .flips import Rules

APPROVERS = "approvers.yaml"
LIFE = timedelta(days=7)

Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Approver(_Part):
    name: str = Field(min_length=1)
    public_key: Hex64


class _Approvers(_Part):
    approvers: tuple[Approver, ...] = Field(min_length=1)


class Approval(_Part):
    """That somebody lets the rules `then` take the place of `now`; with an impact report, that one and no other."""

    schema_version: Literal["sharelight/approval/1"] = "sharelight/approval/1"
    now: Rules
    then: Rules
    impact_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    approver: str
    at: datetime
    public_key: Hex64
    signature: str = Field("", pattern=r"^([0-9a-f]{128})?$")


def make_key(file: Path) -> str:
    """Write a new secret key to `file`, for its owner alone; the public half. Raises UsageError where it exists."""
    secret = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secret.private_bytes_raw().hex() + "\n")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    return secret.public_key().public_bytes_raw().hex()


def read_key(file: Path) -> Ed25519PrivateKey:
    """The secret key in `file`. Raises UsageError; the message never holds what stands there."""
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: {getattr(error, 'strerror', None) or 'no key of 64 hexadecimal digits'}") from None


def approvers(file: Path) -> Mapping[str, Approver]:
    """Public key -> person. Raises PolicyError for a bad list, UsageError where there is none."""
    if not file.is_file():
        raise UsageError(f"{file}: list there who may approve rules (`sharelight policy key` makes a line for it)")
    value, lines = strict_yaml.parse(strict_yaml.read_bytes(file), file)
    listed = strict_yaml.validate(_Approvers, value, file, lines).approvers
    if len({each.name for each in listed}) < len(listed) or len({each.public_key for each in listed}) < len(listed):
        raise UsageError(f"{file}: a name or a key stands there twice; each person has one of each")
    return {each.public_key: each for each in listed}


def person(key: Ed25519PrivateKey, known: Mapping[str, Approver]) -> Approver:
    """Whose key it is. Raises Refused where it is nobody's on the list."""
    public = key.public_key().public_bytes_raw().hex()
    if public not in known:
        raise Refused(f"the key is not listed in {APPROVERS}")
    return known[public]


def sign(approval: Approval, key: Ed25519PrivateKey) -> Approval:
    return approval.model_copy(update={"signature": key.sign(_told(approval)).hex()})


def read(file: Path) -> Approval:
    """The approval in `file`. Raises UsageError where it is none."""
    try:
        return Approval.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{file}: no approval: {'.'.join(map(str, first['loc']))} {first['msg']}".strip()) from None


def check(approval: Approval, known: Mapping[str, Approver], *, now: Rules, then: Rules, at: datetime) -> None:
    """Raises Refused where it does not let `then` take the place of `now`, at this time."""
    listed = known.get(approval.public_key)
    if listed is None or listed.name != approval.approver:
        raise Refused(f"the approval is of nobody who is listed in {APPROVERS}")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(approval.public_key)).verify(
            bytes.fromhex(approval.signature), _told(approval)
        )
    except (InvalidSignature, ValueError):
        raise Refused("the approval's signature does not fit: it was altered") from None
    if approval.then != then:
        raise Refused("the approval is for other rules: they were changed since, have them approved anew")
    if approval.now != now:
        raise Refused("the rules in force have changed since the approval: compare and approve anew")
    if not approval.at <= at < approval.at + LIFE:
        raise Refused(f"the approval is older than {LIFE.days} days, or of a day to come: have it given anew")


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def schema() -> str:
    """The JSON Schema of an approval."""
    return json.dumps(Approval.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def _told(approval: Approval) -> bytes:
    told = approval.model_dump(mode="json", exclude={"signature"})
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
