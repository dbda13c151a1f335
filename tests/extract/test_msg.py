"""Outlook: compressed RTF, properties, code pages, attachments, winmail.dat, S/MIME."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import mapi, msg, p7m, tnef
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile import build_mail, build_outlook
from tests.hostile.ole_making import compound_file


def read(reader: object, data: bytes) -> list[Part | Gap | Blob | Notice]:
    return list(reader.extract(Blob.of(data, name="mail"), Limits()))  # type: ignore[attr-defined]


def gaps(found: list[Part | Gap | Blob | Notice]) -> list[str]:
    return [item.code for item in found if isinstance(item, Gap)]


def test_compressed_rtf_of_the_specification() -> None:
    # [MS-OXRTFCP] section 3.1.1: a run, a reference, and a reference that overlaps itself
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3206865 6c0900206277 05b06c647d0a800fa0".replace(
            " ", ""
        )
    )
    assert mapi.decompress_rtf(packed) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", True)


def test_a_broken_checksum_is_seen() -> None:
    data, clean = mapi.decompress_rtf(build_outlook.rtf_stored("x")[:-1])
    assert data.startswith(b"{\\rtf1") and not clean


@pytest.mark.parametrize(("page", "label"), [(65001, "utf-8"), (1250, "cp1250"), (28592, "iso8859-2"), (99999, "")])
def test_code_pages_have_labels(page: int, label: str) -> None:
    assert mapi.code_page(page) == label


def test_a_property_shorter_than_declared_is_a_gap() -> None:
    tree = build_outlook.outlook({0x1000: "A body of some length"})
    tree["__substg1.0_1000001F"] = "A body".encode("utf-16-le")
    found = read(msg, compound_file(tree))
    assert gaps(found) == ["damaged"]
    assert gaps(read(msg, build_outlook.msg({0x1000: "A body"}))) == []


def test_protected_messages_are_held() -> None:
    attachment = build_outlook.outlook({0x3707: "message.rpmsg", 0x3701: b"x" * 20}, size=8)
    found = read(msg, build_outlook.msg({}, **{"__attach_version1.0_#00000000": attachment}))
    assert "rights_managed" in gaps(found)


def test_no_ole_at_all_is_a_gap_and_no_crash() -> None:
    assert gaps(read(msg, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))) == ["damaged"]


@given(st.integers(0, 200))
def test_a_cut_winmail_says_so(cut: int) -> None:
    whole = build_mail.tnef("a note of a few words")
    found = read(tnef, whole[: min(cut, len(whole) - 1)])
    assert gaps(found) or not any(isinstance(item, (Part, Blob)) for item in found)


def test_signed_content_is_unwrapped_and_a_cut_one_is_a_gap() -> None:
    content = build_mail.der(
        0x30, build_mail.der(0x06, build_mail.OID_DATA), build_mail.der(0xA0, build_mail.der(0x04, b"hi"))
    )
    body = build_mail.der(0x30, build_mail.der(0x02, b"\1"), build_mail.der(0x31), content)
    whole = build_mail.cms(build_mail.OID_SIGNED, body)
    assert [item.data[-2:] for item in read(p7m, whole) if isinstance(item, Blob)] == [b"hi"]
    assert gaps(read(p7m, whole[:-3])) == ["damaged"]
