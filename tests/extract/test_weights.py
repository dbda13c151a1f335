"""Files of weights: recognised whatever their name, accounted for to the last byte, never loaded."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import EXTRACTORS, Found, weights_sniff
from pipeline.extract.sniff import UNKNOWN, sniff
from pipeline.extract.weights import Tensor, is_named_like_layers, is_shaped_like_layers
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile import weights_making as make
from tests.hostile.hdf5_making import Data, hdf5

WORDS = "the kestrel counted violet anchors"
KERAS = {"dense": {"kernel:0": Data((4, 8), make.floats(32)), "bias:0": Data((8,), make.floats(8))}}
MODELS: dict[str, tuple[Callable[[], bytes], int]] = {  # how to build it, and its parameters
    "safetensors": (lambda: make.safetensors(note=WORDS), 36),
    "GGUF": (lambda: make.gguf(WORDS), 36),
    "GGJT": (lambda: make.ggml(WORDS), 32),
    "PyTorch": (lambda: make.torch(WORDS), 32),
    "PyTorch, old format": (lambda: make.torch_legacy(WORDS), 32),
    "ONNX": (lambda: make.onnx(WORDS), 32),
    "TensorFlow": (lambda: make.saved_model(WORDS), 32),
    "TensorFlow Lite": (lambda: make.tflite(WORDS), 32),
    "HDF5": (lambda: hdf5(KERAS, note=WORDS), 40),
    "NPZ": (lambda: make.zipped({"0.weight.npy": make.npy((4, 8), make.floats(32)), "t.npy": make.words(WORDS)}), 33),
}
every_model = pytest.mark.parametrize("form", MODELS)


def found_in(data: bytes, name: str = "a.bin") -> list[Found]:
    media_type = sniff(data, name)
    reader = EXTRACTORS.get(media_type)
    assert reader is not None, media_type
    return list(reader.extract(Blob.of(data, name=name, media_type=media_type), Limits()))


def artefacts(found: list[Found]) -> list[str]:
    return [one.text for one in found if isinstance(one, Part) and one.kind == "artefact"]


def gaps(found: list[Found]) -> list[str]:
    return [one.code for one in found if isinstance(one, Gap)]


def text(found: list[Found]) -> str:
    return "\n".join(one.text for one in found if isinstance(one, Part))


@every_model
def test_a_model_is_read_whole_and_says_what_it_is(form: str) -> None:
    build, parameters = MODELS[form]
    found = found_in(build())
    (told,) = artefacts(found)
    assert told.startswith(f"Model weights ({form}): ")
    assert f" {parameters} parameters" in told
    assert WORDS in text(found)
    assert gaps(found) == []


@every_model
@pytest.mark.parametrize(
    "name", ["minutes.docx", "notes.txt", "photo.jpg", "data.json", "page.html", "noname", "a.csv"]
)
def test_the_name_changes_nothing(form: str, name: str) -> None:
    data = MODELS[form][0]()
    assert sniff(data, name) == sniff(data, "a.bin") != UNKNOWN


@every_model
def test_one_that_is_cut_is_never_whole(form: str) -> None:
    data = MODELS[form][0]()
    kind = sniff(data, "a.bin")
    for at in range(len(data) - 4, 40, -7):
        if data[at:].strip(b"\0") and sniff(data[:at], "a.bin") == kind:
            assert gaps(found_in(data[:at])), f"cut at {at} of {len(data)}"


@pytest.mark.parametrize("form", ["safetensors", "GGUF", "PyTorch, old format", "ONNX", "HDF5"])
def test_what_goes_on_behind_it_is_a_gap(form: str) -> None:
    more = bytes(range(7, 250)) * 9
    data = MODELS[form][0]() + more
    if form == "ONNX":  # a message has no end of its own: what does not fit is no message any more
        assert sniff(data, "a.bin") == UNKNOWN
        return
    assert "trailing_data" in gaps(found_in(data)) or "damaged" in gaps(found_in(data))


@every_model
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_never_raises_and_never_leaves_nothing(form: str, data: st.DataObject) -> None:
    whole = bytearray(MODELS[form][0]())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    media_type = sniff(bytes(whole), "a.bin")
    reader = EXTRACTORS.get(media_type)
    if reader is not None and media_type.startswith("application/x-"):
        assert list(reader.extract(Blob.of(bytes(whole), name="a", media_type=media_type), Limits()))


HEADS = [
    *(b"GGUF\3\0\0\0", b"tjgg\1\0\0\0\0", b"\x93NUMPY\1\0", b"\x89HDF\r\n\x1a\n\0", b"\x80\4\x95"),
    *(b"\x08\7\x3a", b"\0\0\1\0TFL3"),
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_a_head_and_noise_end_in_a_gap(head: bytes, noise: bytes) -> None:
    kind = weights_sniff.match(head + noise)
    if kind:
        found = found_in(head + noise)
        assert gaps(found) or text(found).strip()


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=9),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["dtype", "shape", "data_offsets", "x"]), inner, max_size=4)
            ),
            max_leaves=8,
        ),
        max_size=5,
    ),
    st.binary(max_size=30),
)
def test_any_header_of_safetensors_is_told_or_a_gap(header: dict[str, object], data: bytes) -> None:
    found = found_in(make.framed(header) + data)
    if header and set(header) != {"__metadata__"}:
        assert gaps(found), "no entry is one of a tensor that has these bytes"
    if data.strip(b"\0"):
        assert "trailing_data" in gaps(found)


def test_the_index_of_a_tensorflow_checkpoint_names_its_variables() -> None:
    data = make.checkpoint_index("dense/kernel", "dense/bias")
    (told,) = artefacts(found_in(data, "notes.txt"))
    assert told.startswith("Index of model weights (TensorFlow checkpoint): 2 tensors")
    assert "dense/kernel 4 × 8 F32" in text(found_in(data))
    assert gaps(found_in(data)) == []
    assert gaps(found_in(WORDS.encode() + b"\n" + data))


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_followed_and_never_loaded(protocol: int, tmp_path: Path) -> None:
    canary = tmp_path / "it-ran"
    data = pickle.dumps({"note": WORDS, "x": make.Hostile(f"touch {canary}")}, protocol=protocol)
    found = found_in(data)
    assert not canary.exists()
    assert WORDS in text(found)
    assert f"touch {canary}" in text(found)
    (notice,) = [one for one in found if isinstance(one, Notice)]
    assert [one for one in found if isinstance(one, Gap)] == []
    assert (notice.code, notice.detail) == ("unsafe_pickle", "posix.system")


@pytest.mark.parametrize("protocol", range(6))
def test_plain_data_in_a_pickle_is_read_and_harmless(protocol: int) -> None:
    found = found_in(pickle.dumps({"a": [1, 2.5, WORDS, b"bytes"], "s": {1, 2}, "t": (1, 2)}, protocol=protocol))
    assert artefacts(found) == gaps(found) == [one for one in found if isinstance(one, Notice)] == []
    assert WORDS in text(found)
    assert "2.5" in text(found)


def test_equal_keys_of_a_pickle_are_all_read() -> None:
    assert WORDS in text(found_in(b"\x80\x02}(X\1\0\0\0aX\x22\0\0\0" + WORDS.encode() + b"X\1\0\0\0aK\1u."))


def test_a_pickle_that_grows_by_reference_ends() -> None:
    layers = b"".join(b"(h%ch%c" % (n, n) + b"lq%c" % (n + 1) for n in range(60))
    found = found_in(b"\x80\x02]q\x00" + layers + b".")
    assert artefacts(found) == []


def test_opcodes_that_pop_from_nothing_are_a_gap() -> None:
    assert gaps(found_in(b"\x80\x02" + b"(" * 15 + b"0" * 40 + b".")) == ["damaged"]


def test_a_small_array_is_a_table_and_its_numbers_are_read() -> None:
    found = found_in(make.npy((3, 2), struct.pack("<6f", 1, 2.5, -3, 4, 5, 6)), "results.npy")
    assert artefacts(found) == gaps(found) == []
    assert "1 | 2.5\n-3 | 4\n5 | 6" in text(found)


def test_a_large_array_without_a_name_may_be_weights() -> None:
    (told,) = artefacts(found_in(make.npy((200, 100), bytes(80_000))))
    assert told.startswith("Possible model weights (NPY): 1 tensor, 20,000 parameters")


def test_text_in_an_array_of_numbers_is_spelt() -> None:
    codes = [ord(char) for char in WORDS]
    found = found_in(make.npy((len(codes),), struct.pack(f"<{len(codes)}q", *codes), "<i8"))
    assert WORDS in text(found)


@pytest.mark.parametrize(
    ("shapes", "named", "shaped"),
    [
        ({"x": (100,), "y": (100,)}, False, False),
        ({"weight": (30,), "height": (30,)}, False, False),
        ({"x_train": (100, 4), "y_train": (100,), "x_test": (20, 4)}, False, False),
        ({"results": (5, 5), "means": (5,)}, False, False),
        ({"layers.0.mlp.weight": (4, 8)}, True, False),
        ({"weight": (4, 8), "bias": (4,)}, True, False),
        ({"arr_0": (8, 16), "arr_1": (8,), "arr_2": (3, 8), "arr_3": (3,)}, False, True),
        ({"q.lora_A": (2, 8)}, True, False),
    ],
)
def test_layers_are_told_from_measurements(shapes: dict[str, tuple[int, ...]], named: bool, shaped: bool) -> None:
    tensors = [Tensor(name=name, shape=shape, dtype="F32") for name, shape in shapes.items()]
    assert is_named_like_layers(tensors) is named
    if not named:
        assert is_shaped_like_layers(tensors) is shaped


def test_measurements_in_hdf5_are_read() -> None:
    found = found_in(hdf5({"run": {"kelvin": Data((2, 2), struct.pack("<4f", 1, 2, 3, 4.5))}}, remark=WORDS))
    assert artefacts(found) == gaps(found) == []
    assert WORDS in text(found)
    assert "3 | 4.5" in text(found)


def test_an_index_of_shards_and_the_settings_of_an_adapter_are_told() -> None:
    index = {"metadata": {"total_size": 1}, "weight_map": {"lm_head.weight": "model-1-of-2.safetensors"}}
    assert artefacts(found_in(json.dumps(index).encode(), "notes.txt"))[0].startswith("Index of model weights: ")
    settings_of_it = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": "kestrel"}
    assert "made for kestrel" in artefacts(found_in(json.dumps(settings_of_it).encode(), "a.json"))[0]
    harmless = {"weight_map": {"pine": "soft", "oak": "hard"}, "r": 8}
    assert artefacts(found_in(json.dumps(harmless).encode(), "a.json")) == []


@pytest.mark.parametrize(
    "words",
    ["GGUF is a file format for weights.", "lmgg was the magic of old files.", "tjgg", "1234TFL3 is an identifier.",
     "\x08 a control character", "x" * 8 + '{"a": 1}', "PK"],
)  # fmt: skip
def test_text_about_weights_stays_text(words: str) -> None:
    assert sniff(words.encode(), "a.txt").startswith("text/")
