"""Running the detectors: once for each distinct passage, and never silently without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import detect
from pipeline import policy as policies
from pipeline.detect import Detect, Detectors
from pipeline.errors import ModelError
from pipeline.normalise import normalise
from pipeline.registers import Registers
from pipeline.segment import segment
from pipeline.types import Blob, Document, Part, Passage, Tag

POLICY = policies.load(Path("rules"))
Finder = Callable[[Passage], bool]


def _document(text: str, name: str = "a.txt") -> Document:
    return Document(blob=Blob.of(b"", name=name), extractor="text", parts=(Part(kind="body", text=text, path="body"),))


def _detector(seen: list[str], finds: Finder, category: str | None = "cyber_incidents") -> SimpleNamespace:
    def load(*_: object) -> Detect:
        def run(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
            for passage in passages:
                seen.append(passage.text)
                if finds(passage):
                    yield Tag(passage=passage, category=category, detector="matcher", rule="pattern.x", score=1.0)

        return run

    return SimpleNamespace(load=load)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Detectors]:
    def make(**detectors: object) -> Detectors:
        monkeypatch.setattr(detect, "DETECTORS", detectors)
        return Detectors(POLICY, Registers(), Path("models"), b"key")

    return make


def _run(detectors: Detectors, *documents: Document) -> tuple[tuple[Tag, ...], list[str]]:
    tags, gaps = detectors.run(normalise(segment(documents)), documents)
    return tags, [gap.code for gap in gaps]


def test_equal_passages_are_shown_once_and_all_tagged(only: Callable[..., Detectors]) -> None:
    seen: list[str] = []
    detectors = only(one=_detector(seen, lambda passage: "canary" in passage.text))
    long = "The canary stands in a line with words enough. " * 4
    tags, gaps = _run(detectors, _document(long, "a.txt"), _document(long, "b.txt"))
    assert seen == [long.strip()]
    assert [tag.passage.location for tag in tags] == ["a.txt", "b.txt"]
    _run(detectors, _document(long, "c.txt"))
    assert seen == [long.strip()] and gaps == []


def test_the_memory_of_passages_is_bounded(only: Callable[..., Detectors], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "CACHE_SIZE", 3)
    detectors = only(one=_detector([], lambda passage: True))
    for n in range(10):
        tags, _ = _run(detectors, _document(f"Text number {n}."))
        assert len(tags) == 1
    assert len(detectors._known["one"]) <= 4


@pytest.mark.threat(90)
def test_a_crash_is_a_gap_for_each_document_and_the_others_still_run(only: Callable[..., Detectors]) -> None:
    def crash(passage: Passage) -> bool:
        raise RuntimeError(passage.text)

    detectors = only(broken=_detector([], crash), fine=_detector([], lambda passage: True))
    documents = (_document("Secret words.", "a.txt"), _document("More words.", "b.txt"))
    tags, gaps = detectors.run(normalise(segment(documents)), documents)
    assert {tag.passage.location for tag in tags} == {"a.txt", "b.txt"}
    assert [(gap.code, gap.path) for gap in gaps] == [("detector_failed", "a.txt"), ("detector_failed", "b.txt")]
    assert all("Secret" not in gap.detail for gap in gaps)


@pytest.mark.threat(90)
def test_a_detector_that_cannot_start_raises(only: Callable[..., Detectors]) -> None:
    def load(*_: object) -> Detect:
        raise ModelError("no model")

    with pytest.raises(ModelError):
        only(broken=SimpleNamespace(load=load))


def test_a_joined_reading_that_only_repeats_is_dropped(only: Callable[..., Detectors]) -> None:
    detectors = only(one=_detector([], lambda passage: "canary" in passage.text))
    tags, _ = _run(detectors, _document("The canary.\n\nA neighbour."))
    assert [tag.passage.text for tag in tags] == ["The canary."]


def test_a_joined_reading_that_finds_more_is_kept(only: Callable[..., Detectors]) -> None:
    detectors = only(one=_detector([], lambda passage: "canary" in passage.text and "neighbour" in passage.text))
    tags, _ = _run(detectors, _document("The canary.\n\nA neighbour."))
    assert [tag.passage.joined for tag in tags] == [True]


def test_every_tag_has_a_fingerprint(only: Callable[..., Detectors]) -> None:
    detectors = only(one=_detector([], lambda passage: True, category=None))
    tags, _ = _run(detectors, _document("Words."))
    assert all(tag.fingerprint.startswith("v1:") for tag in tags)


def test_the_model_of_the_classifier_is_named(only: Callable[..., Detectors]) -> None:
    def run(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
        return iter(())

    run.version, run.sha256 = "7", "abc"  # type: ignore[attr-defined]
    detectors = only(classifier=SimpleNamespace(load=lambda *_: run))
    assert (detectors.model_version, detectors.model_sha256) == ("7", "abc")


def test_passages_that_differ_in_their_lead_are_told_apart(only: Callable[..., Detectors]) -> None:
    seen: list[str] = []
    detectors = only(one=_detector(seen, lambda passage: bool(passage.lead)))
    (plain,) = normalise(segment((_document("14 of 20"),)))
    tags, _ = detectors.run((plain, replace(plain, lead="Unreleased model")), ())
    assert len(seen) == 2 and [tag.passage.lead for tag in tags] == ["Unreleased model"]
