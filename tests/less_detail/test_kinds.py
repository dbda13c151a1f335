"""The kinds of detail: what each finder sees in a passage, and what it leaves alone."""

from __future__ import annotations

import pytest

from pipeline.less_detail.kinds import KINDS

DIGEST = "ab" * 16


def seen(kind: str, text: str) -> list[str]:
    return [text[start:end] for start, end in sorted(KINDS[kind](text))]


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("names", "The servers of Tern Labs were down.", ["Tern Labs"]),
        ("names", "We spoke with Dr Ada Quill about it.", ["Dr Ada Quill"]),
        ("names", "In our run osprey-2b did better than checkpoint 7.", ["osprey-2b", "checkpoint 7"]),
        ("names", "Kestrel stopped. We asked Kestrel again.", ["Kestrel", "Kestrel"]),
        ("technique", "They came in through a stolen token and left.", ["through a stolen token"]),
        ("technique", "A jailbreak by splitting requests, it seems.", ["jailbreak", "by splitting requests"]),
        ("technique", "It is known as T1566.002 there.", ["T1566.002"]),
        ("indicators", "It called 192.0.2.7 and c2[.]evil[.]example", ["192.0.2.7", "c2[.]evil[.]example"]),
        ("indicators", f"A file with digest {DIGEST}.", [DIGEST]),
        ("indicators", "See https://tern.example/v2, a@tern.example.", ["https://tern.example/v2", "a@tern.example"]),
        ("indicators", "CVE-2031-12345 in /opt/agent/run.sh", ["/opt/agent/run.sh", "CVE-2031-12345"]),
        ("times", "On 4 May 2031 at 14:30 UTC, six days later.", ["4 May 2031", "14:30 UTC", "six days later"]),
        ("times", "It opens next week, or in May.", ["next week", "May"]),
        ("scores", "It solved 14 of 20 tasks, up from 31.5 %.", ["14 of 20", "31.5 %"]),
        ("steps", "We met. First, open it. Then type the word.", ["First, open it.", "Then type the word."]),
        ("steps", "As agreed:\n1. Open the door\n- Close it", ["- Close it", "1. Open the door"]),
    ],
)  # fmt: skip
def test_detail_is_seen(kind: str, text: str, found: list[str]) -> None:
    assert sorted(seen(kind, text)) == sorted(found)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("names", "Results of the year. The Network met in March; AI was a topic."),
        ("names", "TLP:AMBER+STRICT\nOFFICIAL-SENSITIVE"),  # a marking is nobody's name
        ("technique", "The paper was read by the chair."),
        ("indicators", "We agree, i.e. it ends here. See section 3.2 of the plan."),
        ("times", "They may come; the march was long."),
        ("scores", "On 4 February 2031 Harbour-3 called 192.0.2.7."),
        ("steps", "The next meeting is first of all a welcome."),
    ],
)
def test_plain_words_are_left_alone(kind: str, text: str) -> None:
    assert seen(kind, text) == []


def test_places_are_code_points() -> None:
    text = "🦅 é́ the servers of Tern Labs"
    assert seen("names", text) == ["Tern Labs"]
