"""Reading: a file and all that is inside it, bounded, each thing listed with its place."""

from __future__ import annotations

import base64
import json

import pytest

from pipeline import reading
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Document

LIMITS = Limits()


def notebook(*pictures: bytes, source: str = "a notebook with children") -> bytes:
    """The simplest of our formats that holds children."""
    outputs = [{"data": {"image/png": base64.b64encode(data).decode()}} for data in pictures]
    cell = {"cell_type": "code", "source": source, "outputs": outputs}
    return json.dumps({"nbformat": 4, "cells": [cell]}).encode()


def nested(depth: int) -> bytes:
    data = b"at the bottom lies this sentence"
    for _ in range(depth):
        data = notebook(data)
    return data


def read(data: bytes, sandbox: Sandbox, limits: Limits = LIMITS, name: str = "outer.ipynb") -> tuple[Document, ...]:
    return reading.read(Blob.of(data, name=name), sandbox, limits)


def codes(documents: tuple[Document, ...]) -> list[str]:
    return [gap.code for document in documents for gap in document.gaps]


def test_children_stand_behind_their_parent_with_the_way_to_them(sandbox: Sandbox) -> None:
    documents = read(nested(2), sandbox)
    assert [document.blob.location for document in documents] == [
        "outer.ipynb",
        "outer.ipynb!cell-1-outputs-1.png",
        "outer.ipynb!cell-1-outputs-1.png!cell-1-outputs-1.png",
    ]
    assert documents[-1].parts[-1].text == "at the bottom lies this sentence"
    assert codes(documents) == []


def test_equal_children_are_listed_each_and_read_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    once = Sandbox.read

    def count(self: Sandbox, blob: Blob, limits: Limits | None = None) -> Document:
        asked.append(blob.name)
        return once(self, blob, limits)

    monkeypatch.setattr(Sandbox, "read", count)
    documents = read(notebook(b"the same words", b"the same words"), sandbox)
    assert [document.blob.name for document in documents[1:]] == ["cell-1-outputs-1.png", "cell-1-outputs-2.png"]
    assert documents[1].parts[-1].text == documents[2].parts[-1].text == "the same words"
    assert len(asked) == 2


def test_a_file_that_holds_itself_ends(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def itself(self: Sandbox, blob: Blob, limits: Limits | None = None) -> Document:
        child = Blob.of(blob.data, name=blob.name, container=blob.location)
        return Document(blob=blob, extractor="quine", children=(child,))

    monkeypatch.setattr(Sandbox, "read", itself)
    assert len(read(b"quine", sandbox)) == 2


@pytest.mark.parametrize(
    ("data", "tight", "code"),
    [
        (nested(4), Limits(depth=3), "limit_depth"),
        (notebook(*(b"child %d" % number for number in range(5))), Limits(members=3), "limit_members"),
        (notebook(b"x" * 2000, b"y" * 2000), Limits(unpacked_bytes=3000), "limit_unpacked"),
        (notebook(b"words " * 30, b"other " * 30), Limits(text_chars=300), "limit_text"),
    ],
)
def test_a_limit_for_the_whole_file_is_a_gap(sandbox: Sandbox, data: bytes, tight: Limits, code: str) -> None:
    assert code in codes(read(data, sandbox, tight))


def test_an_empty_child_is_nothing_unread(sandbox: Sandbox) -> None:
    archive = Document(
        blob=Blob.of(b"outer", name="outer"),
        extractor="x",
        children=(Blob.of(b"", name="__init__.py", container="outer"),),
    )
    child = reading._read(archive.children[0], 1, sandbox, LIMITS, reading.Budget.of(LIMITS))
    assert child.gaps == ()


def test_time_is_counted_over_the_whole_file(sandbox: Sandbox) -> None:
    budget = reading.Budget.of(LIMITS)
    budget.spend(Document(blob=Blob.of(b"x", name="x"), extractor="x"), 200.0)
    late = reading._read(Blob.of(b"text", name="late.txt"), 1, sandbox, LIMITS, budget)
    assert [gap.code for gap in late.gaps] == ["timed_out"]
