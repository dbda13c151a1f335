"""Adds entries to the registers. What would be written is loaded first: what does not load is not written."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from . import registers, strict_yaml
from .errors import PolicyError, UsageError
from .registers import Consent, PublicDocument, sentence_digests
from .segment import segment
from .types import Document

# Parts whose sentences a reader of the public document sees; names and properties are nobody's public statement.
_READ = ("body", "table", "note", "header", "image", "code")


def public_document(
    name: str, read: Sequence[Document], *, title: str, url: str, published_on: date, valid_until: date | None
) -> PublicDocument:
    """The entry of one public document. Raises UsageError where it was not fully read or says nothing."""
    gaps = [gap.code for document in read for gap in document.gaps]
    if gaps:
        raise UsageError(f"{name}: not fully read ({', '.join(sorted(set(gaps)))}), so what it says is not known")
    passages = (passage for passage in segment(read) if passage.kind in _READ and passage.visibility == "visible")
    digests = frozenset(digest for passage in passages for digest in sentence_digests(passage.text))
    if not digests:
        raise UsageError(f"{name}: nothing in it that could be compared")
    return PublicDocument(
        id=slug(title or name), title=title or name, url=url, published_on=published_on, valid_until=valid_until,
        sentences=digests,
    )  # fmt: skip


def slug(text: str) -> str:
    """An id made of a title."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:60] or "document"


def add_public(folder: Path, entries: Iterable[PublicDocument]) -> None:
    """Append to the register of public documents; one that is there already under this id is replaced."""

    def edit(draft: Path) -> None:
        file = draft / "public.jsonl"
        kept = {entry.id: entry for entry in registers.load(folder).public} | {entry.id: entry for entry in entries}
        lines = (kept[name].model_dump_json(exclude_none=True) for name in sorted(kept))
        file.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    _edited(folder, "public.jsonl", edit)


def add_consent(folder: Path, entry: Consent) -> None:
    """Append a developer's consent."""
    _append(folder, "consent.yaml", "consent", [entry.model_dump(mode="json", exclude_none=True)])


def import_models(folder: Path, source: Path) -> int:
    """Append the models that stand in `source`, a YAML file of the register's own form; how many there were."""
    given, _ = strict_yaml.parse(strict_yaml.read_bytes(source), source)
    models = given.get("models") if isinstance(given, dict) else None
    if not isinstance(models, list) or not models:
        raise UsageError(f"{source}: no list of `models:`")
    _append(folder, "models.yaml", "models", models)
    return len(models)


def _append(folder: Path, name: str, key: str, entries: list[Any]) -> None:
    """Add to the list `key` of a YAML file, whose comments stay."""

    def edit(draft: Path) -> None:
        yaml, file, out = YAML(), draft / name, io.StringIO()
        yaml.width = 118
        content = yaml.load(file.read_text("utf-8"))
        content[key] = [*content[key], *entries]
        yaml.dump(content, out)
        file.write_text(out.getvalue(), "utf-8")

    _edited(folder, name, edit)


def _edited(folder: Path, name: str, edit: Callable[[Path], None]) -> None:
    """Edit a copy of the registers, load it, and put the one file in its place only where it loads."""
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / "registers"
        shutil.copytree(folder, draft)
        edit(draft)
        try:
            registers.load(draft)
        except PolicyError as error:
            raise UsageError(f"nothing was written: {str(error).replace(str(draft), str(folder))}") from None
        beside = folder / f".{name}.new"
        try:
            shutil.copyfile(draft / name, beside)
            beside.replace(folder / name)
        except OSError as error:
            raise UsageError(f"{folder / name}: {error.strerror}") from None
