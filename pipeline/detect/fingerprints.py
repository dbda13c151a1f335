"""Gives each tag its fingerprint, and looks it up in the registers of consent, of public documents and of public files.

A fingerprint is a keyed hash of (category, rule, normalised passage): it survives edits elsewhere in the document,
holds no text, and means nothing without the installation's key.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.detect.spans import copy_of
from pipeline.registers import changes_meaning
from pipeline.types import Document, Evidence, Passage, Tag

if TYPE_CHECKING:
    from pipeline.registers import Registers

VERSION = "v1"


def fingerprint(tag: Tag, key: bytes) -> str:
    """The tag's identity for baselines and decisions: HMAC-SHA256 under the installation's key, 128 bits in hex."""
    words = " ".join(copy_of(tag.passage).casefold().split())
    told = (tag.category or "", tag.rule, words, *_raised(tag.passage.reading))
    message = "\x00".join(told).encode("utf-8", "surrogatepass")
    return f"{VERSION}:{hmac.new(key, message, 'sha256').hexdigest()[:32]}"


def _raised(text: str) -> Iterator[str]:
    """Raised and lowered characters with their word's number: the matching copy has 102 for 10², a consent must not."""
    for number, word in enumerate(text.split()):
        if not word.isascii():
            yield from (f"{number}{character}" for character in word if changes_meaning(character))


def attach(tags: Sequence[Tag], key: bytes, documents: Sequence[Document], registers: Registers) -> tuple[Tag, ...]:
    """The tags with fingerprints, and with the register entries that speak for them as evidence."""
    digests: dict[str, set[str]] = {}  # two attachments may go by one name: then both must be known
    for document in documents:
        digests.setdefault(document.blob.location, set()).add(document.blob.sha256)
    public: dict[tuple[str, str], tuple[Evidence, ...]] = {}
    attached = []
    for tag in tags:
        mark = fingerprint(tag, key)
        evidence: tuple[Evidence, ...] = ()
        if tag.category is not None:
            seen = (tag.passage.lead, tag.passage.text)
            if seen not in public:
                public[seen] = tuple(_already_public(tag.passage, registers))
            files = digests.get(tag.passage.location, set())
            sha256 = next(iter(files)) if len(files) == 1 else ""
            evidence = (*public[seen], *_public_file(files, registers), *_consents(sha256, mark, registers))
        attached.append(replace(tag, fingerprint=mark, evidence=(*tag.evidence, *evidence)))
    return tuple(attached)


def _already_public(passage: Passage, registers: Registers) -> Iterator[Evidence]:
    """Every sentence of the passage, and of the lead it is read with, stands in one public document."""
    entry = registers.public_document(passage.text) if registers.public else None
    if entry is None:
        return
    if passage.lead and registers.public_document(passage.lead) != entry:
        return
    yield Evidence(
        facet="already_public", rule="register.public", end=len(passage.text), entry=entry.id,
        valid_from=entry.published_on, valid_until=entry.valid_until,
    )  # fmt: skip


def _public_file(files: Set[str], registers: Registers) -> Iterator[Evidence]:
    """The register of public files lists exactly these bytes, of which the passage is a part."""
    entries = [registers.public_files.get(sha256) for sha256 in sorted(files)]
    known = [entry for entry in entries if entry is not None]
    if known and len(known) == len(entries):
        latest = max(known, key=lambda entry: entry.published_on)
        yield Evidence(
            facet="public_file", rule="register.public_file", entry=latest.id, valid_from=latest.published_on
        )


def _consents(sha256: str, mark: str, registers: Registers) -> Iterator[Evidence]:
    for entry in registers.consents(document_sha256=sha256, fingerprint=mark) if registers.consent else ():
        yield Evidence(
            facet="developer_consent", rule="register.consent", entry=entry.id, audience=entry.audience,
            valid_from=entry.given_on, valid_until=entry.valid_until,
        )  # fmt: skip
