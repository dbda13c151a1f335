"""Weights hold a document back, unless the register knows exactly this file; tables and embeddings are no weights."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from pipeline import decide, reading
from pipeline import policy as policies
from pipeline.detect import Detectors, artefacts, fingerprints
from pipeline.limits import Limits
from pipeline.normalise import normalise
from pipeline.registers import PublicFile, Registers
from pipeline.sandbox import Sandbox
from pipeline.segment import segment
from pipeline.types import Blob, Document, Outcome, Passage, Tag
from tests.hostile import weights_making as make
from tests.hostile.hdf5_making import Data, hdf5

POLICY = policies.load(Path("rules"))
WEIGHTS = make.safetensors(note="public")


def tags(documents: tuple[Document, ...], registers: Registers = Registers()) -> list[Tag]:  # noqa: B008 - frozen
    detect = artefacts.load(POLICY, registers, Path("models"))
    found = list(detect(normalise(segment(documents)), documents))
    return list(fingerprints.attach(found, b"key", documents, registers))


def outcome(found: Iterable[Tag], today: date = date(2026, 6, 1)) -> Outcome:
    verdict = decide.decide(
        list(found), (), (), policy=POLICY, audience="network", today=today, grade="A", model_sha256=""
    )
    return verdict.outcome


@pytest.fixture
def read(sandbox: Sandbox, limits: Limits):  # type: ignore[no-untyped-def]
    return lambda data, name="a.bin": reading.read(Blob.of(data, name=name), sandbox, limits)


def register(*files: bytes) -> Registers:
    digests = frozenset(Blob.of(data, name="a").sha256 for data in files)
    entry = PublicFile(
        id="kestrel", title="Kestrel", url="https://kestrel.example/w", published_on=date(2026, 1, 1), sha256=digests
    )
    return Registers(files=(entry,))


@pytest.mark.parametrize("name", ["a.safetensors", "minutes.docx", "photo.jpg"])
def test_weights_are_held_back_with_what_they_are(read, name: str) -> None:  # type: ignore[no-untyped-def]
    (tag,) = tags(read(WEIGHTS, name))
    assert (tag.category, tag.rule, tag.certain) == ("proprietary_model_information", "artefact.model-weights", True)
    assert "2 tensors, 36 parameters as F32" in tag.passage.text
    assert outcome([tag]) is Outcome.HELD_BACK


def test_the_register_clears_this_file_and_no_other(read) -> None:  # type: ignore[no-untyped-def]
    public = register(WEIGHTS)
    (tag,) = tags(read(WEIGHTS), public)
    assert (tag.category, [one.entry for one in tag.evidence]) == (None, ["kestrel"])
    assert "https://kestrel.example/w" in tag.explanation.summary
    assert outcome([tag]) is Outcome.SHAREABLE
    assert outcome([tag], date(2025, 12, 31)) is Outcome.HELD_BACK, "not before the day of its publication"
    neighbour = WEIGHTS[:-1] + bytes([WEIGHTS[-1] ^ 1])
    assert outcome(tags(read(neighbour), public)) is Outcome.HELD_BACK


def test_a_public_file_inside_another_is_cleared_for_itself_alone(read) -> None:  # type: ignore[no-untyped-def]
    other = make.safetensors({"layers.9.mlp.weight": (2, 2)})
    found = tags(read(make.zipped({"a.bin": WEIGHTS, "b.bin": other})), register(WEIGHTS))
    assert [tag.rule for tag in found] == ["artefact.public-file", "artefact.model-weights"]
    assert outcome(found) is Outcome.HELD_BACK
    assert outcome(tags(read(make.zipped({"a.bin": WEIGHTS})), register(WEIGHTS))) is Outcome.SHAREABLE


def test_two_files_of_one_name_must_both_be_known(read) -> None:  # type: ignore[no-untyped-def]
    other = WEIGHTS[:-1] + bytes([WEIGHTS[-1] ^ 1])
    documents = (*read(other), *read(WEIGHTS))
    assert [tag.category for tag in tags(documents, register(WEIGHTS))] == ["proprietary_model_information", None]
    assert [tag.category for tag in tags(documents, register(WEIGHTS, other))] == [None, None]


def test_a_public_file_seen_before_clears_no_other(read) -> None:  # type: ignore[no-untyped-def]
    detectors = Detectors(POLICY, register(WEIGHTS), Path("models"), b"key")
    for data, wanted in ((WEIGHTS, None), (WEIGHTS[:-1] + b"\0", "proprietary_model_information"), (WEIGHTS, None)):
        documents = read(data)
        found, gaps = detectors.run(normalise(segment(documents)), documents)
        assert ([tag.category for tag in found], gaps) == ([wanted], ())


def test_a_finding_in_the_words_of_a_public_file_cites_the_register(read) -> None:  # type: ignore[no-untyped-def]
    passage = Passage(text="a", kind="metadata", location="a.bin", path="header", start=0, end=1)
    tag = Tag(passage=passage, category="cyber_incidents", detector="matcher", rule="pattern.x", score=1.0)
    for data, entries in ((WEIGHTS, ["kestrel"]), (WEIGHTS + b"\0", [])):
        (found,) = fingerprints.attach([tag], b"key", read(data), register(WEIGHTS))
        assert [one.entry for one in found.evidence if one.facet == "public_file"] == entries


def test_what_may_be_weights_needs_review(read) -> None:  # type: ignore[no-untyped-def]
    (tag,) = tags(read(make.npy((200, 100), make.floats(20_000))))
    assert (tag.rule, tag.certain) == ("artefact.possible-model-weights", False)
    assert outcome([tag]) is Outcome.NEEDS_REVIEW


def test_an_adapter_in_a_zip_and_an_index_of_shards_are_held_back(read) -> None:  # type: ignore[no-untyped-def]
    lora = make.zipped({"adapter_model.bin": make.safetensors({"q_proj.lora_A.weight": (2, 8)})})
    index = json.dumps({"weight_map": {"lm_head.weight": "model-1-of-2.safetensors"}}).encode()
    for data, rule in ((lora, "artefact.adapter-weights"), (index, "artefact.index-of-model-weights")):
        found = tags(read(data))
        assert [tag.rule for tag in found] == [rule]
        assert outcome(found) is Outcome.HELD_BACK


@pytest.mark.parametrize(
    "data",
    [
        make.npy((100, 3), make.floats(300)),
        hdf5({"run": {"kelvin": Data((100, 2), make.floats(200))}}),
        make.zipped({"x.npy": make.npy((2000,), make.floats(2000)), "y.npy": make.npy((2000,), make.floats(2000))}),
        b'{"scores": [0.5123, -0.2511, 0.9321]}',
        make.zipped({"a.bin": b"an ordinary member"}),
    ],
)
def test_small_data_is_no_weights(read, data: bytes) -> None:  # type: ignore[no-untyped-def]
    documents = read(data)
    assert [gap for document in documents for gap in document.gaps] == []
    assert tags(documents) == []


def rows(values: list[float], width: int = 16) -> str:
    return ",\n".join(str(values[at : at + width]) for at in range(0, len(values), width))


def test_a_dump_with_tensor_names_is_held_back(read) -> None:  # type: ignore[no-untyped-def]
    dump = {"layers.0.attn.q_proj.weight": make.noise(200), "layers.0.mlp.bias": make.noise(200, 2)}
    for name, text in (("a.json", json.dumps(dump)), ("a.txt", str(dump)), ("a.py", f"W = {dump}\n")):
        (tag,) = tags(read(text.encode(), name))
        assert (tag.rule, tag.certain) == ("artefact.tensors-in-text", True)
        assert "400 decimals beside tensor names" in tag.explanation.summary
        assert tag.passage.text in "".join(part.text for d in read(text.encode(), name) for part in d.parts)


def test_thousands_of_decimals_about_zero_need_review(read) -> None:  # type: ignore[no-untyped-def]
    (tag,) = tags(read(f"static float w[] = {{\n{rows(make.noise(3000))}}};\n".encode(), "w.c"))
    assert (tag.rule, tag.certain) == ("artefact.numbers-in-text", False)


def _walk(count: int) -> list[float]:
    chance, at, out = random.Random(3), 0.0, []
    for _ in range(count):
        at += chance.gauss(0, 0.01)
        out.append(at - math.sin(len(out) / 300))
    return out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("embedding.md", f"The embedding of a word:\n\n```\n{rows(make.noise(1536))}\n```\n"),
        ("curve.json", json.dumps({"loss": _walk(5000)})),
        ("results.csv", "task,score\n" + "\n".join(f"t{n},{v:.4f}" for n, v in enumerate(make.noise(3000)))),
        ("map.json", json.dumps([[n / 900 - 0.3, 51.2 + n / 800] for n in range(3000)])),
        ("shares.txt", " ".join(f"{abs(v):.6f}" for v in make.noise(5000))),
        (
            "log.txt",
            "\n".join(f"step {n} of layers.0.weight took {abs(v):.3f} s" for n, v in enumerate(make.noise(900))),
        ),
    ],
)
def test_results_curves_maps_and_one_embedding_are_no_weights(read, name: str, text: str) -> None:  # type: ignore[no-untyped-def]
    assert tags(read(text.encode(), name)) == []
