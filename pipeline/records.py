"""Signed records: of a release, and of how far the audit trail had come. Ed25519 (RFC 8032) over canonical JSON.

A record is checked with nothing but itself and the public key of the installation that signed it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .report.result import DocumentRow

_Hex64 = r"^[0-9a-f]{64}$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Digest(_Part):
    version: str
    sha256: str = Field(pattern=_Hex64)


class Who(_Part):
    """A person of the installation, with what they gave as their reason."""

    name: str
    at: str
    reason: str


class ReleaseRecord(_Part):
    """That a document may go to an audience in spite of its verdict, until `expires_at`, and who said so."""

    schema_version: Literal["sharelight/release/1"] = "sharelight/release/1"
    document_sha256: str = Field(pattern=_Hex64)
    document_name: str
    media_type: str
    audience: str
    verdict: Literal["shareable", "needs_review", "held_back"]
    findings_sha256: str = Field(pattern=_Hex64, description="digest of the findings that were looked at")
    policy: Digest
    requested: Who
    approved: Who
    expires_at: str
    public_key: str = Field(pattern=_Hex64)
    signature: str = Field("", pattern=r"^([0-9a-f]{128})?$")


class Anchor(_Part):
    """How far the audit trail had come: kept elsewhere, it shows a tail that was cut off or written anew."""

    schema_version: Literal["sharelight/anchor/1"] = "sharelight/anchor/1"
    rows: int = Field(ge=0)
    head: str = Field(pattern=_Hex64, description="digest of the last row")
    at: str
    public_key: str = Field(pattern=_Hex64)
    signature: str = Field("", pattern=r"^([0-9a-f]{128})?$")


def public_key(secret: bytes) -> str:
    """The public half of the signing key, as 64 hexadecimal digits."""
    return _private(secret).public_key().public_bytes_raw().hex()


Record = TypeVar("Record", ReleaseRecord, Anchor)


def signed(record: Record, secret: bytes) -> Record:
    """The record with its signature under `secret` (32 bytes), whose public half it must name."""
    return record.model_copy(update={"signature": _private(secret).sign(_told(record)).hex()})


def read(data: bytes) -> ReleaseRecord | Anchor:
    """The record in `data`. Raises ValueError in one line where it is none."""
    try:
        raw = json.loads(data)
        kind = raw.get("schema_version") if isinstance(raw, Mapping) else None
        if kind == "sharelight/release/1":
            return ReleaseRecord.model_validate(raw)
        if kind == "sharelight/anchor/1":
            return Anchor.model_validate(raw)
        raise ValueError("not a record that this version knows")
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError("not JSON") from None


def fault(record: ReleaseRecord | Anchor, key: str) -> str | None:
    """What keeps the record from counting under the public `key`; None where nothing does."""
    if record.public_key != key:
        return "signed with another key"
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(record.signature), _told(record))
    except (InvalidSignature, ValueError):
        return "the signature does not fit: the record was altered"
    return None


def findings_digest(row: DocumentRow) -> str:
    """Digest of what was looked at: every finding and every reason of the verdict, in their order, without quotes."""
    told: Sequence[Any] = [
        [[f.fingerprint, f.category, f.rule_id, f.outcome] for f in row.findings],
        [[r.code, r.rule_id, r.outcome] for r in row.verdict_reasons],
    ]
    return hashlib.sha256(_canonical(told)).hexdigest()


def schema(shape: type[ReleaseRecord] | type[Anchor]) -> str:
    """Its JSON Schema: what the files of `schemas/` must hold."""
    return json.dumps(shape.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def _told(record: BaseModel) -> bytes:
    return _canonical(record.model_dump(exclude={"signature"}))


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _private(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)
