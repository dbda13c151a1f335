"""Learns, before any lockdown, which tags and parts of the templates that libraries start from hold no words.

Most of a package is its template: whole parts byte for byte, the others tag for tag. What is learnt is only what the
readers themselves found nothing in, so that passing it over changes no result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources

from lxml import etree

from pipeline.extract.office_vocabulary import HARMLESS, SILENT, distinct_tags
from pipeline.extract.ooxml import Package, PackagePart, open_package
from pipeline.extract.ooxml_rest import read_part
from pipeline.extract.ooxml_words import attribute_words
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits

_FOLDERS, _PACKAGES = ("docx", "pptx"), (".docx", ".pptx")
_COMPACT = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)


def learn() -> None:
    """Fill `HARMLESS` and `SILENT`. A library without the templates that it is known for teaches nothing."""
    if HARMLESS:
        return
    texts = []
    for part, package in _parts():
        texts.append(part.text)
        for data in (part.data, _rewritten(part.data)):
            if not list(read_part(PackagePart(part.key, part.name, part.content_type, data), package)):
                SILENT.add(data)
    HARMLESS.update(_without_words([tag for text in texts for tag in distinct_tags(text)]))


def _parts() -> Iterator[tuple[PackagePart, Package]]:
    """The XML parts of the templates, each with a package to be read in."""
    limits = Limits()
    for folder in _FOLDERS:
        root = resources.files(folder).joinpath("templates")
        for file in root.iterdir() if root.is_dir() else ():
            if file.name.endswith(".xml"):
                yield PackagePart(file.name, file.name, "", file.read_bytes()), _empty(limits)
            elif file.name.endswith(_PACKAGES):
                for part in open_package(file.read_bytes(), limits, Budget(limits)).parts.values():
                    if part.key.endswith((".xml", ".rels")):
                        yield part, _empty(limits)


def _empty(limits: Limits) -> Package:
    return Package({}, {}, [], limits, Budget(limits))


def _rewritten(data: bytes) -> bytes:
    """The part as the libraries write what they have opened."""
    return bytes(etree.tostring(etree.fromstring(data, _COMPACT), encoding="UTF-8", standalone=True))


def _without_words(tags: Sequence[str]) -> Iterator[str]:
    """The tags in which nothing is found, looked for by halves."""
    if not attribute_words(tags):
        yield from (tag for tag in tags if "gfxdata" not in tag)
    elif len(tags) > 1:
        middle = len(tags) // 2
        yield from _without_words(tags[:middle])
        yield from _without_words(tags[middle:])
