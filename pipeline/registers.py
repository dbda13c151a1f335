"""The registers: which models are released, which documents and files are public, what developers consented to.

They may loosen a verdict, so each entry is exact: a confirmed day, the digest of a sentence, a named recipient and a
last day. Empty ones ship in `rules/registers/`; an institute fills its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from . import strict_yaml
from .errors import PolicyError

MAX_PUBLIC_BYTES = 64 << 20

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
EntryId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Version(_Entry):
    """One version or checkpoint of a model. Only `released_on`, a confirmed day, releases it."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    released_on: date | None = None
    announced_for: date | None = None


class ModelEntry(_Entry):
    """A model with the names under which texts speak of it."""

    id: EntryId
    name: str = Field(min_length=2)
    developer: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    released_on: date | None = Field(None, description="confirmed first public release, no planned day")
    announced_for: date | None = Field(None, description="planned release; releases nothing")
    versions: tuple[Version, ...] = ()
    source: str = Field("", description="where the release can be checked")

    @model_validator(mode="after")
    def _a_release_has_a_source(self) -> Self:
        days = [self.released_on, *(version.released_on for version in self.versions)]
        if any(days) and not self.source:
            raise ValueError(f"{self.id}: released_on loosens verdicts, so it needs a source")
        return self


class PublicDocument(_Entry):
    """A public document: one SHA-256 for each of its sentences (see `sentence_digests`)."""

    id: EntryId
    title: str = Field(min_length=1)
    url: str = Field(min_length=1)
    published_on: date
    valid_until: date | None = None
    sentences: frozenset[Digest] = Field(min_length=1)


class PublicFile(_Entry):
    """A public file, or the files of a public model, each by the SHA-256 of all its bytes; nothing else counts."""

    id: EntryId
    title: str = Field(min_length=1)
    url: str = Field(min_length=1, description="where the public can fetch exactly these files")
    published_on: date
    licence: str = ""
    sha256: frozenset[Digest] = Field(min_length=1)


class Consent(_Entry):
    """A developer's written consent for one document or passage, one audience, up to and including one day."""

    id: EntryId
    developer: str = Field(min_length=1)
    document_sha256: Digest | None = None
    passage_fingerprint: str | None = Field(None, min_length=8)
    audience: str = Field(pattern=r"^[a-z]+(:[a-z0-9-]+)?$")
    given_on: date
    valid_until: date
    reference: str = Field(min_length=1, description="where the written consent is filed")

    @model_validator(mode="after")
    def _covers_one_thing(self) -> Self:
        if (self.document_sha256 is None) == (self.passage_fingerprint is None):
            raise ValueError(f"{self.id}: name exactly one of document_sha256 and passage_fingerprint")
        if self.valid_until < self.given_on:
            raise ValueError(f"{self.id}: valid_until lies before given_on")
        return self


class _Models(_Entry):
    models: tuple[ModelEntry, ...]


class _Files(_Entry):
    files: tuple[PublicFile, ...]


class _Consents(_Entry):
    consent: tuple[Consent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What the register of models knows about one name."""

    entry: str
    name: str
    released_on: date | None


@dataclass(frozen=True, kw_only=True)
class Registers:
    """The registers, with the look-ups that detection needs."""

    models: tuple[ModelEntry, ...] = ()
    public: tuple[PublicDocument, ...] = ()
    files: tuple[PublicFile, ...] = ()
    consent: tuple[Consent, ...] = ()

    @cached_property
    def releases(self) -> dict[str, Release]:
        """Every name, alias and "name version" of a model, case-folded -> its release."""
        return dict(item for model in self.models for item in _releases(model))

    def release(self, name: str) -> Release | None:
        """The register's knowledge of `name`, or None; spacing and case do not matter."""
        return self.releases.get(_name(name))

    def public_document(self, text: str) -> PublicDocument | None:
        """The one public document that holds every sentence of `text`, or None."""
        wanted = set(sentence_digests(text))
        return next((entry for entry in self.public if wanted and wanted <= entry.sentences), None)

    @cached_property
    def public_files(self) -> dict[str, PublicFile]:
        """SHA-256 -> the entry of the register of public files that lists it."""
        return {sha256: entry for entry in self.files for sha256 in entry.sha256}

    def consents(self, *, document_sha256: str, fingerprint: str) -> tuple[Consent, ...]:
        """The consents for a document (its SHA-256) or a passage in it; `decide` checks audience and day."""
        return tuple(
            entry
            for entry in self.consent
            if entry.document_sha256 == document_sha256 or (fingerprint and entry.passage_fingerprint == fingerprint)
        )


def load(folder: Path) -> Registers:
    """The registers in `folder`; PolicyError names file and line of what is wrong with them."""
    models = _read(folder / "models.yaml", _Models).models
    consent = _read(folder / "consent.yaml", _Consents).consent
    files = _read(folder / "files.yaml", _Files).files
    public = tuple(_public(folder / "public.jsonl"))
    ids = {
        "models.yaml": [entry.id for entry in models],
        "consent.yaml": [entry.id for entry in consent],
        "files.yaml": [entry.id for entry in files],
        "public.jsonl": [entry.id for entry in public],
    }
    for file, names in ids.items():
        _no_twins(iter(names), folder / file, "id")
    _no_twins((sha256 for entry in files for sha256 in sorted(entry.sha256)), folder / "files.yaml", "SHA-256")
    _no_twins((name for model in models for name, _ in _releases(model)), folder / "models.yaml", "name")
    return Registers(models=models, public=public, files=files, consent=consent)


def sentence_digests(text: str) -> tuple[str, ...]:
    """SHA-256 of each sentence of `text`, in order.

    A sentence is made comparable by compatibility forms, case, spacing, quotation marks and dashes alone. Figures,
    names, negations and punctuation stay, and so do raised digits (10² is not 102): one changed figure gives another
    digest.
    """
    paragraphs = re.split(r"\n[ \t]*\n", text)
    sentences = (one for paragraph in paragraphs for one in re.split(r"(?<=[.!?…])\s+", _comparable(paragraph)))
    return tuple(hashlib.sha256(one.encode()).hexdigest() for one in sentences if one)


_LIKE = str.maketrans("“”„’‘‐‑–—", '"""\'\'----', "\u00ad")


def _comparable(text: str) -> str:
    folded = "".join(c if changes_meaning(c) else unicodedata.normalize("NFKC", c) for c in text)
    return " ".join(unicodedata.normalize("NFC", folded).translate(_LIKE).casefold().split())


def changes_meaning(character: str) -> bool:
    """Whether its compatibility form reads otherwise: 10² would become 102."""
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>", "<fraction>", "<circle>"))


def _name(text: str) -> str:
    return " ".join(re.split(r"[\s_-]+", text.casefold().strip()))


def _releases(model: ModelEntry) -> Iterator[tuple[str, Release]]:
    names = (model.name, *model.aliases)
    for name in names:
        yield _name(name), Release(entry=model.id, name=model.name, released_on=model.released_on)
    for version in model.versions:
        release = Release(entry=model.id, name=f"{model.name} {version.name}", released_on=version.released_on)
        for spoken in (*(f"{name} {version.name}" for name in names), *version.aliases):
            yield _name(spoken), release


def _read(path: Path, model: type[strict_yaml.Model]) -> strict_yaml.Model:
    value, lines = strict_yaml.parse(strict_yaml.read_bytes(path), path)
    return strict_yaml.validate(model, value, path, lines)


def _public(path: Path) -> Iterator[PublicDocument]:
    data = strict_yaml.read_bytes(path, MAX_PUBLIC_BYTES)
    return (entry for _, entry in strict_yaml.json_lines(PublicDocument, data, path))


def _no_twins(names: Iterator[str], file: Path, what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PolicyError(f"the {what} {name!r} stands for two things; a register must be unambiguous", file=file)
        seen.add(name)


__all__: Sequence[str] = (
    "Consent", "ModelEntry", "PublicDocument", "PublicFile", "Registers", "Release", "load", "sentence_digests",
)  # fmt: skip
