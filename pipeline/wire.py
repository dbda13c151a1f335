"""Turns what a reader found into frames and back; the way back trusts nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, get_args

from pipeline.frames import BadFrame, Frame, encode
from pipeline.gaps import CODES
from pipeline.types import NOWHERE, Blob, Block, Box, Gap, Notice, Part, PartKind, Role, Stage, Visibility, Where

Found = Part | Gap | Blob | Notice

MAX_NAME = 4096
_KINDS, _VISIBILITIES, _ROLES, _STAGES = (frozenset(get_args(kind)) for kind in (PartKind, Visibility, Role, Stage))


def to_frame(found: Found) -> bytes:
    """The frame of one find. Text travels as UTF-8, so it must hold no lone surrogates."""
    if isinstance(found, Part):
        meta = {
            "t": "part",
            "kind": found.kind,
            "path": found.path[:MAX_NAME],
            "visibility": found.visibility,
            "where": _where(found.where),
            "blocks": [[block.start, block.end, block.role, _where(block.where)] for block in found.blocks],
        }
        return encode(meta, found.text.encode("utf-8"))
    if isinstance(found, Blob):
        return encode({"t": "blob", "name": found.name[:MAX_NAME], "media_type": found.media_type}, found.data)
    fields = asdict(found)
    return encode(
        {"t": "gap" if isinstance(found, Gap) else "notice"} | {k: str(v)[:MAX_NAME] for k, v in fields.items()}
    )


def _where(where: Where) -> dict[str, Any]:
    if where is NOWHERE:
        return {}
    fields = {name: getattr(where, name) for name in ("page", "slide", "sheet", "cell", "line", "section")}
    found: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    if where.boxes:
        found["boxes"] = [[box.page, box.x0, box.y0, box.x1, box.y1] for box in where.boxes]
    return found


def from_frame(untrusted: Frame, container: str) -> Found:
    """The find in a frame; children get `container` as the place they were found in. Raises BadFrame."""
    untrusted_meta, untrusted_raw = untrusted
    try:
        return _find(untrusted_meta, untrusted_raw, container)
    except (KeyError, TypeError, ValueError, UnicodeError) as error:
        raise BadFrame(f"a frame that is not well formed: {type(error).__name__}") from error


def _find(meta: dict[str, Any], raw: bytes, container: str) -> Found:
    kind = meta["t"]
    if kind == "part":
        return _part(meta, raw.decode("utf-8"))
    if kind == "blob":
        return Blob.of(raw, name=_text(meta["name"]), container=container, media_type=_text(meta["media_type"]))
    if kind == "gap":
        code = _one_of(meta["code"], CODES)
        stage: Any = _one_of(meta["stage"], _STAGES)
        return Gap(stage=stage, code=code, path=_text(meta["path"]), detail=_text(meta["detail"]))
    if kind == "notice":
        seen: Any = _one_of(meta["visibility"], _VISIBILITIES)
        return Notice(code=_text(meta["code"]), path=_text(meta["path"]), visibility=seen, detail=_text(meta["detail"]))
    raise BadFrame("a frame of unknown kind")


def _part(meta: dict[str, Any], text: str) -> Part:
    kind: Any = _one_of(meta["kind"], _KINDS)
    seen: Any = _one_of(meta["visibility"], _VISIBILITIES)
    blocks: list[Block] = []
    end = 0
    for start, stop, role, where in meta["blocks"]:
        if not end <= start <= stop <= len(text):
            raise BadFrame("blocks that overlap or lie outside the text")
        end = stop
        a_role: Any = _one_of(role, _ROLES)
        blocks.append(Block(start=start, end=stop, role=a_role, where=_place(where)))
    return Part(
        kind=kind,
        text=text,
        path=_text(meta["path"]),
        where=_place(meta["where"]),
        visibility=seen,
        blocks=tuple(blocks),
    )


def _place(meta: dict[str, Any]) -> Where:
    if not meta:
        return NOWHERE
    numbers = {name: _number(meta[name]) for name in ("page", "slide", "line") if name in meta}
    texts = {name: _text(meta[name]) for name in ("sheet", "cell", "section") if name in meta}
    boxes = tuple(
        Box(page=_number(page), x0=float(x0), y0=float(y0), x1=float(x1), y1=float(y1))
        for page, x0, y0, x1, y1 in meta.get("boxes", ())
    )
    return Where(**numbers, **texts, boxes=boxes)  # type: ignore[arg-type]


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _one_of(value: object, allowed: Any) -> str:
    text = _text(value)
    if text not in allowed:
        raise ValueError("not a value that is known")
    return text
