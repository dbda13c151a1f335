"""Weights and data files that hide by their name, their place or a header that lies (row 80, and 26 to 28, 75 and 76).

A twin that is weights itself is read without a gap, too: reading is one thing, and that it is held back another.
"""

from __future__ import annotations

import base64
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from typing import Literal

from tests.hostile import weights_making as make
from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.hdf5_making import Data, hdf5

Build = Callable[[str], bytes]


def _case(
    name: str,
    filename: str,
    build: Build,
    expect: Literal["read", "hold"] = "read",
    code: str = "",
    *,
    row: int = 80,
    twin: Build | None = None,
) -> Case:
    """One builder gives both the hostile file and its twin; what is held has a twin only where one is given."""
    other = twin or (build if expect == "read" else None)
    return Case(
        row=row,
        name=f"weights-{name}",
        filename=filename,
        data=lambda: build(CANARY),
        expect=expect,
        code=code,
        twin=None if other is None else lambda: other(HARMLESS),
    )


def _safetensors(text: str) -> bytes:
    return make.safetensors(note=text)


def _measured(text: str) -> bytes:
    return hdf5({"run": {"kelvin": Data((20, 2), make.floats(40))}}, remark=text)


def _keras(text: str) -> bytes:
    layer = {"kernel:0": Data((4, 8), make.floats(32)), "bias:0": Data((8,), make.floats(8))}
    return hdf5({"model_weights": {"dense": layer}}, model_config=json.dumps({"name": text}))


def _entries(*entries: tuple[str, list[int], tuple[int, int]]) -> str:
    return ", ".join(
        json.dumps(name) + ": " + json.dumps({"dtype": "F32", "shape": shape, "data_offsets": offsets})
        for name, shape, offsets in entries
    )


def _lying(text: str) -> bytes:
    return struct.pack("<Q", 1 << 63) + _safetensors(text)[8:]


def _huge(text: str) -> bytes:
    return make.framed(b'{"__metadata__": {"a": "' + text.encode() + b" " * 21_000_000 + b'"}}')


def _twice(text: str) -> bytes:
    return make.framed(("{" + _entries((text, [1], (0, 4)), (text, [1], (4, 8))) + "}").encode()) + bytes(8)


def _overlapping(text: str) -> bytes:
    return make.framed(("{" + _entries((text, [2], (0, 8)), ("b", [2], (4, 12))) + "}").encode()) + bytes(12)


def _index(text: str) -> bytes:
    shards = {f"layers.{n}.mlp.weight": f"part-{n}-of-2.safetensors" for n in range(2)}
    return json.dumps({"metadata": {"total_size": 8, "note": text}, "weight_map": shards}).encode()


def _lora(text: str) -> bytes:
    names = {"q_proj.lora_A.weight": (2, 8), "q_proj.lora_B.weight": (8, 2)}
    settings = {"peft_type": "LORA", "r": 2, "target_modules": ["q_proj"], "base_model_name_or_path": text}
    members = {
        "adapter_config.json": json.dumps(settings).encode(),
        "adapter_model.bin": make.safetensors(names),
    }
    return make.zipped(members)


def _mailed(text: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "as promised"
    message.set_content("Please find it attached.")
    inner = make.zipped({"notes.jpg": make.torch(text)})
    message.add_attachment(inner, maintype="application", subtype="zip", filename="photos.zip")
    return message.as_bytes()


def _bomb(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("a.npy", make.npy((60_000_000,), bytes(60_000_000), "|u1"))
    return out.getvalue()


def _in_pickle(text: str) -> bytes:
    return pickle.dumps({"rows": [1, 2.5], "remark": text}, protocol=4)


def _hostile_pickle(text: str) -> bytes:
    return pickle.dumps({"remark": text, "x": make.Hostile("true")}, protocol=4)


def _bytes_array(text: str) -> bytes:
    return make.npy((len(text.encode()),), text.encode(), "|u1")


def _base64(text: str) -> bytes:
    return f"The attachment:\n{base64.b64encode(_safetensors(text)).decode()}\n".encode()


CASES = [
    *(_case(f"safetensors-as-{name}", f"notes.{name}", _safetensors) for name in ("safetensors", "docx", "txt", "jpg")),
    *(_case(f"gguf-as-{name}", f"notes.{name}", make.gguf) for name in ("gguf", "txt")),
    *(_case(magic, "notes.txt", lambda t, m=magic: make.ggml(t, m[::-1].encode())) for magic in ("ggjt", "ggmf")),
    _case("npy-of-words", "table.docx", make.words),
    _case("npy-of-bytes", "table.npy", _bytes_array),
    _case("npz-of-words", "table.npz", lambda text: make.zipped({"a.npy": make.words(text), "b.npy": make.words("x")})),
    _case("npy-of-objects", "table.npy", lambda text: make.npy((1,), _in_pickle(text), "|O")),
    _case("pickle", "results.txt", _in_pickle),
    _case("pickle-that-calls", "results.pkl", _hostile_pickle, code="unsafe_pickle", twin=_in_pickle),
    _case("pytorch", "photo.jpg", make.torch),
    _case("pytorch-old", "report.docx", make.torch_legacy),
    _case("pytorch-in-zip-in-mail", "mail.eml", _mailed),
    _case("pytorch-extra-member", "a.pt", lambda text: make.torch("x", extra={"archive/data/9": text.encode()})),
    _case("onnx", "slides.pptx", make.onnx),
    _case("onnx-external-data", "a.onnx", lambda t: make.onnx(t, external="b.bin"), code="external_reference"),
    _case("saved-model", "notes.txt", make.saved_model),
    _case("saved-model-in-zip", "a.zip", lambda text: make.zipped({"m/saved_model.pb": make.saved_model(text)})),
    _case("tflite", "notes.txt", make.tflite),
    _case("hdf5-of-a-model", "a.txt", _keras, twin=_measured),
    _case("hdf5-behind-a-user-block", "a.bin", lambda text: text.encode().ljust(512, b"\0") + _measured(HARMLESS)),
    _case("shard-index", "notes.txt", _index),
    _case("lora-in-zip", "a.zip", _lora, twin=lambda text: make.zipped({"a.txt": text.encode(), "b.md": b"x"})),
    _case("base64-in-text", "notes.md", _base64, row=70),
    # headers that lie, files that are cut or go on
    _case("header-of-2-to-the-63", "a.bin", _lying, "hold", "truncated", row=76, twin=_safetensors),
    _case("header-of-21-megabytes", "a.bin", _huge, "hold", "limit_text", row=75),
    _case("two-tensors-of-one-name", "a.bin", _twice, "hold", "duplicate_member"),
    _case("tensors-that-overlap", "a.bin", _overlapping, "hold", "damaged"),
    _case("safetensors-cut", "a.bin", lambda text: _safetensors(text)[:-8], "hold", "truncated"),
    _case("safetensors-cut-in-its-header", "a.txt", lambda text: _safetensors(text)[:120], "hold", "truncated"),
    _case(
        "text-behind-safetensors",
        "a.bin",
        lambda t: _safetensors("x") + t.encode(),
        code="trailing_data",
        row=28,
        twin=_safetensors,
    ),
    _case(
        "zip-behind-gguf",
        "a.gguf",
        lambda text: make.gguf() + make.zipped({"a.txt": text.encode()}),
        code="trailing_data",
        row=27,
        twin=make.gguf,
    ),
    _case("gguf-of-2-to-the-60-keys", "a.gguf", lambda text: make.gguf(text, keys=1 << 60), "hold", "damaged"),
    _case("gguf-string-of-2-to-the-60", "a.gguf", lambda text: make.gguf(text, string=1 << 60), "hold", "truncated"),
    _case("gguf-cut", "a.gguf", lambda text: make.gguf(text)[:-40], "hold", "truncated"),
    _case("ggml-stub", "a.txt", lambda text: b"tjgg\1\0\0\0", "hold"),
    _case("npy-cut", "a.npy", lambda text: make.npy((8,), make.floats(7)), "hold", "truncated"),
    _case("npz-bomb", "a.npz", _bomb, "hold", "limit_ratio", row=75),
    _case("pytorch-without-its-storage", "a.pt", lambda text: make.torch(text, storage=b"1234"), "hold", "damaged"),
    _case("pickle-cut", "a.pkl", lambda text: _in_pickle(text)[:-4], "hold"),
    _case("onnx-cut", "a.onnx", lambda text: make.onnx(text)[:-30], "hold", "truncated"),
    _case("tflite-offset-out-of-file", "a.bin", lambda text: make.tflite(text)[:70], "hold"),
    _case("hdf5-cut", "a.h5", lambda text: _keras(text)[:2000], "hold"),
    # plain data, which no rule is about
    _case("plain-npy", "plot.npy", lambda text: make.words(text), twin=lambda t: make.npy((50, 3), make.floats(150))),
    _case("plain-json", "a.json", lambda t: json.dumps({"a": t}).encode(), twin=lambda t: b'{"scores": [0.5, -0.25]}'),
    _case("plain-bin-in-zip", "a.zip", lambda text: make.zipped({"a.bin": text.encode()})),
]
