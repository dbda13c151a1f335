"""Reads the small packages of XML (themes, mostly) that newer programs leave inside the older binary formats."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract.ooxml import Package, PackagePart, open_package
from pipeline.extract.ooxml_rest import Item, read_part, read_rest
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits

PACKAGE, XML = b"PK\x03\x04", b"<?xml"


def read_theme(data: bytes, limits: Limits) -> Iterator[Item]:
    """Every part of the package, or the one part that stands there bare."""
    budget = Budget(limits)
    if data.startswith(PACKAGE):
        yield from read_rest(open_package(data, limits, budget), set())
    else:
        yield from read_part(PackagePart("bare.xml", "bare.xml", "", data), Package({}, {}, [], limits, budget))
