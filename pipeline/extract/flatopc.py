"""Opens a flat Office package, one XML file with all parts (Word's "XML document"): packed, it is the usual ZIP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree

from pipeline.extract.embedded import child, decode_base64
from pipeline.extract.ooxml import PackagePart, attribute, local, parse, texts
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

_DEFAULTS = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob]:
    """The package as a child, made of the parts inside. Damage, and whatever is no part, is a gap."""
    gaps: list[Gap] = []
    root = parse(PackagePart("package", "package", "", blob.data), limits, gaps)
    yield from gaps
    if root is None:
        return
    packed, types = io.BytesIO(), []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, element in enumerate(root):
            if number >= limits.members:
                yield Gap(stage="extract", code="limit_members", path="package")
                break
            name = (attribute(element, "name") or f"/unnamed/{number}").lstrip("/")
            content = _content(element)
            if local(element) != "part" or content is None:
                yield Gap(stage="extract", code="damaged", path=name, detail="not a part of a package")
                continue
            archive.writestr(name, content)
            override = etree.Element(
                "Override", PartName=f"/{name}", ContentType=attribute(element, "contentType") or ""
            )
            types.append(etree.tostring(override, encoding="unicode"))
        archive.writestr("[Content_Types].xml", _DEFAULTS.format("".join(types)))
    yield child(packed.getvalue(), "package")


def _content(element: etree._Element) -> bytes | None:
    """The bytes of a part, written as XML or as base64; None for anything else."""
    inside = list(element)
    if len(inside) != 1:
        return None
    if local(inside[0]) == "binaryData":
        return decode_base64("".join(texts(inside[0])).encode("ascii", "replace"))[0]
    if local(inside[0]) == "xmlData" and len(inside[0]) == 1:
        return bytes(etree.tostring(inside[0][0], encoding="UTF-8", xml_declaration=True))
    return None
