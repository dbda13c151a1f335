"""Mail: every alternative, header and margin is read, to the last line, and what cannot be read is said."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import eml, ics, mbox
from pipeline.extract.mail_body import unflow
from pipeline.extract.mail_headers import decode_header
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

HEAD = "From: a@example.org\nSubject: Lunch\n"


def read(message: str | bytes, reader: object = eml) -> list[Part | Gap | Blob | Notice]:
    data = message.encode() if isinstance(message, str) else message
    return list(reader.extract(Blob.of(data, name="mail.eml"), Limits()))  # type: ignore[attr-defined]


def parts(message: str | bytes) -> dict[str, str]:
    return {found.path: found.text for found in read(message) if isinstance(found, Part)}


def children(message: str | bytes) -> dict[str, bytes]:
    return {found.name: found.data for found in read(message) if isinstance(found, Blob)}


def gaps(message: str | bytes) -> set[str]:
    return {found.code for found in read(message) if isinstance(found, Gap)}


def test_shown_headers_stand_apart_from_the_others() -> None:
    found = parts(HEAD + "X-Queue: 7\n\nHello.")
    assert found["headers"] == "From: a@example.org\n\nSubject: Lunch"
    assert found["other-headers"] == "X-Queue: 7"
    assert found["body"] == "Hello."


def test_encoded_words_are_joined_and_a_character_cut_in_two_is_whole_again() -> None:
    first, second = (base64.b64encode(half).decode() for half in ("é".encode()[:1], "é".encode()[1:]))
    assert decode_header(f"=?utf-8?b?{first}?= =?utf-8?b?{second}?=") == "é"
    assert decode_header("=?iso-8859-1?q?caf=E9_noir?= x") == "café noir x"
    assert decode_header("=?no-such?q?a?= b") == "a b"


def test_a_header_in_a_charset_that_few_readers_know_gives_both_readings() -> None:
    assert "secret plan" in decode_header("=?ibm037?q?secret_plan?=")
    assert "secret" in decode_header("=?utf-7?q?+AHMAZQBjAHIAZQB0-?=")


def test_an_html_body_travels_with_its_charset() -> None:
    message = HEAD.encode() + 'Content-Type: text/html; charset="iso-8859-1"\n\n<p>Größe</p>'.encode("cp1252")
    assert children(message) == {"body.html": "<p>Größe</p>".encode("utf-8-sig")}


def test_attachments_keep_their_bytes_and_decoded_names() -> None:
    code = base64.b64encode(b"\x00\x01data").decode()
    head = "Content-Type: application/x-thing\nContent-Transfer-Encoding: base64\n"
    message = HEAD + head + f"Content-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.bin\n\n{code}"
    assert children(message) == {"résumé.bin": b"\x00\x01data"}
    assert gaps(message) == set()


def test_two_headers_that_readers_may_choose_between_are_a_gap() -> None:
    head = "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n"
    assert "readers_disagree" in gaps(HEAD + head + "\nSGVsbG8=")
    assert gaps(HEAD + "Content-Transfer-Encoding: 7bit\n" * 2 + "\nHello") == set()


def test_boilerplate_in_the_preamble_is_no_text() -> None:
    body = "This is a multi-part message in MIME format.\n--b\n\nHello.\n--b--\n"
    assert set(parts(HEAD + 'Content-Type: multipart/mixed; boundary="b"\n\n' + body)) == {
        "headers", "other-headers", "1/body",
    }  # fmt: skip


def test_multiparts_nested_beyond_reason_end_in_a_gap() -> None:
    message = HEAD + "Content-Type: message/rfc822\n\n" * 200 + "Hello."
    assert "limit_depth" in gaps(message)


def test_flowed_lines_are_joined_within_one_depth_of_quoting() -> None:
    assert unflow("one \ntwo\n> three \nfour\n-- \nme", delete_space=False) == "one two\n> three \nfour\n-- \nme"
    assert unflow("long \nword", delete_space=True) == "longword"


def test_a_mailbox_is_split_at_its_separators_only() -> None:
    box = b"From a Mon\nSubject: one\n\nFrom here on, all is well.\n\nFrom b Tue\nSubject: two\n\nBye.\n"
    messages = [found.data for found in read(box, mbox) if isinstance(found, Blob)]
    assert [message.partition(b"\n")[0] for message in messages] == [b"Subject: one", b"Subject: two"]


def test_calendars_are_unfolded_and_their_attachments_taken_out() -> None:
    text = (
        "BEGIN:VEVENT\r\nSUMMARY:Lunch\\, then a\r\n  walk\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:"
        + base64.b64encode(b"a file").decode()
        + "\r\nEND:VEVENT\r\n"
    )
    found = read(text, ics)
    assert "SUMMARY: Lunch, then a walk" in next(item.text for item in found if isinstance(item, Part))
    assert [item.data for item in found if isinstance(item, Blob)] == [b"a file"]


LINES = st.lists(
    st.sampled_from(["--b", "--b--", "--c", "", "Content-Type: text/html", "Content-Type: message/rfc822", " folded"])
    | st.text(alphabet="abc:-=? ", max_size=12),
    max_size=25,
)


@given(LINES, st.sampled_from(["multipart/mixed; boundary=b", "multipart/digest; boundary=b", "text/plain"]))
def test_no_line_of_a_message_is_lost(lines: list[str], content_type: str) -> None:
    lines.insert(len(lines) // 2, "quincunx")
    found = read(f"{HEAD}Content-Type: {content_type}\n\n" + "\n".join(lines))
    read_text = " ".join(item.text for item in found if isinstance(item, Part))
    inside = b" ".join(item.data for item in found if isinstance(item, Blob))
    assert "quincunx" in read_text or b"quincunx" in inside
