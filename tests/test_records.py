"""A signed record says what was signed, or says that it does not count."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import records

SECRET, OTHER = b"s" * 32, b"t" * 32
KEY = records.public_key(SECRET)


def made() -> records.ReleaseRecord:
    who = records.Who(name="robin", at="2026-03-02T10:00:00+00:00", reason="cleared")
    record = records.ReleaseRecord(
        document_sha256="a" * 64, document_name="note 😀.docx", media_type="text/plain", audience="network",
        verdict="needs_review", findings_sha256="b" * 64, policy=records.Digest(version="1", sha256="c" * 64),
        requested=who, approved=who.model_copy(update={"name": "sasha"}), expires_at="2026-03-09T10:00:00+00:00",
        public_key=KEY,
    )  # fmt: skip
    return records.signed(record, SECRET)


def test_a_record_is_checked_with_itself_and_the_public_key() -> None:
    again = records.read(made().model_dump_json().encode())
    assert again == made()
    assert records.fault(again, KEY) is None
    assert records.fault(again, records.public_key(OTHER)) == "signed with another key"


@pytest.mark.parametrize("field", ["document_sha256", "audience", "verdict", "expires_at", "document_name"])
def test_an_altered_record_does_not_count(field: str) -> None:
    raw = json.loads(made().model_dump_json())
    raw[field] = {"document_sha256": "d" * 64, "verdict": "shareable"}.get(field, "other")
    assert records.fault(records.read(json.dumps(raw).encode()), KEY) is not None


def test_a_record_that_was_never_signed_does_not_count() -> None:
    assert records.fault(made().model_copy(update={"signature": ""}), KEY) is not None
    forged = records.signed(made(), OTHER)
    assert records.fault(forged, KEY) is not None


@settings(deadline=None)
@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_what_is_no_record_is_told_in_one_line(data: bytes) -> None:
    with pytest.raises(ValueError) as error:
        records.read(data)
    assert "\n" not in str(error.value)
