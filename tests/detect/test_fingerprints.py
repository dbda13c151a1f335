"""Fingerprints survive edits elsewhere, and register entries speak only for exactly what they cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.detect.fingerprints import attach, fingerprint
from pipeline.registers import Consent, PublicDocument, Registers, sentence_digests
from pipeline.types import Blob, Document, Passage, Tag

TEXT = "Checkpoint 7 solved 14 of 20 tasks. It was not close."


def _tag(text: str = TEXT, lead: str = "") -> Tag:
    passage = Passage(text=text, kind="body", location="a.txt", path="body", start=5, end=5 + len(text), lead=lead)
    return Tag(passage=passage, category="preliminary_research", detector="matcher", rule="pattern.x", score=0.9)


def _public(text: str) -> Registers:
    entry = PublicDocument(
        id="paper", title="A paper", url="https://kestrel.test", published_on=date(2026, 1, 1),
        sentences=frozenset(sentence_digests(text)),
    )  # fmt: skip
    return Registers(public=(entry,))


def _facets(tag: Tag, registers: Registers, documents: tuple[Document, ...] = ()) -> set[str]:
    (attached,) = attach([tag], b"key", documents, registers)
    return {evidence.facet for evidence in attached.evidence}


def test_a_fingerprint_is_content_not_place() -> None:
    tag = _tag()
    moved = replace(tag, passage=replace(tag.passage, start=900, end=990, location="b.txt"))
    assert fingerprint(tag, b"key") == fingerprint(moved, b"key")
    assert fingerprint(tag, b"key").startswith("v1:")


def test_a_fingerprint_depends_on_key_rule_category_and_words() -> None:
    tag = _tag()
    others = [replace(tag, rule="pattern.y"), replace(tag, category=None), _tag(TEXT.replace("14", "15"))]
    assert len({fingerprint(one, b"key") for one in (tag, *others)} | {fingerprint(tag, b"other")}) == 5


def test_public_needs_every_sentence_with_every_figure() -> None:
    assert _facets(_tag(), _public(TEXT)) == {"already_public"}
    assert _facets(_tag(TEXT.replace("14", "15")), _public(TEXT)) == set()
    assert _facets(_tag(TEXT + " And more."), _public(TEXT)) == set()


def test_a_lead_that_is_not_public_keeps_its_row_from_being_so() -> None:
    assert _facets(_tag(lead="Unreleased model"), _public(TEXT)) == set()


def test_consent_is_for_one_document() -> None:
    blob = Blob.of(b"x", name="a.txt")
    consent = Consent(
        id="letter", developer="Kestrel Labs", document_sha256=blob.sha256, audience="network", reference="file 7",
        given_on=date(2026, 1, 1), valid_until=date(2026, 6, 1),
    )  # fmt: skip
    registers = Registers(consent=(consent,))
    assert _facets(_tag(), registers, (Document(blob=blob, extractor="text"),)) == {"developer_consent"}
    other = Document(blob=Blob.of(b"y", name="a.txt"), extractor="text")
    assert _facets(_tag(), registers, (other,)) == set()


def test_markings_get_no_register_evidence() -> None:
    tag = replace(_tag(), category=None, detector="marking", rule="marking.tlp.red")
    assert _facets(tag, _public(TEXT)) == set()


def test_raised_digits_are_other_digits() -> None:
    """Normalised, 10² reads 102: a consent to the one must not cover the other."""
    texts = ["It needs 10² runs.", "It needs 102 runs.", "It needs 1⁰² runs.", "It needs 10₂ runs."]
    assert len({fingerprint(_tag(text), b"key") for text in texts}) == 4
    assert fingerprint(_tag("It needs 10² runs."), b"key") == fingerprint(_tag("It needs  10²\nruns."), b"key")
