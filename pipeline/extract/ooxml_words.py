"""Finds the words in any XML part: its text nodes, its comments, and the attributes in which people can write.

Attributes are read by default. What is subtracted: values without a letter, machine identifiers, fonts and geometry, and
values all of whose words belong to the vocabulary that Office itself writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree

from pipeline.extract.ooxml import local

_ATTRIBUTE = re.compile(r"""([\w.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_COMMENT = re.compile(r"<!--(.*?)-->|<\?(?!xml[ -])(.*?)\?>", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_VALUED = re.compile(
    r"<(?:\w+:)?(?:docVar|alias|tag|tblCaption|tblDescription|helpText|statusText|listEntry|default|query|mailSubject"
    r"|connectString|udl|addressFieldName|name|aliases|placeholder|docPart|category|src|dataSource|lvlText)\b[^>]*?"
    r"""\bval\s*=\s*(?:"([^"<]*)"|'([^'<]*)')"""
)
_FREE = frozenset(
    "descr title alt string tooltip instr author initials href name anchor displayName caption alias prompt promptTitle "
    "error errorTitle text display location query command connection sourceFile description comment tag cmd progId "
    "userId providerId lastValue formatCode".split()
)
_IDENTIFIERS = re.compile(
    r"rsid\w*|paraId|textId|id|embed|uri|style|path|ascii|hAnsi|cs|eastAsia|typeface|panose\w*|Ignorable|Requires|type|"
    r"gfxdata|coordsize|adj|points|guid|uid|Id|Type|ContentType|PartName|Extension|link|pict|sig|csb0|usb0|charset|"
    r"storeItemID|cryptAlgorithm\w*|hash|salt|hashValue|saltValue|algorithmName|Algorithm|connectortype|eqn|"
    r"prst|lang|bidi|val0|spid|themeColor|sharedFormula|from|to|fill\w*|filter|key(?:Times|Points)|schemaLocation"
)
_VOCABULARY = frozenset(
    "heading headings title subtitle normal table grid light medium dark colorful list shading accent plain toc index "
    "header footer footnote endnote reference text body paragraph default font no spacing strong emphasis intense subtle "
    "quote book bullet number continue first indent block salutation signature date closing note message caption macro "
    "page line annotation subject comment balloon hyperlink followedhyperlink html address acronym cite code definition "
    "keyboard preformatted sample typewriter variable outline classic simple columns elegant professional web theme "
    "contemporary effects revision placeholder bibliography unresolved mention smart hash link document map envelope "
    "return of authorities figures top form bottom char figure section article office normalweb email style styles "
    "picture shape box rectangle straight connector arrow group object chart diagram image content slide layout "
    "master notes handout vertical and two comparison blank with only handles slidenumber row column background "
    "graphic frame oval elbow rounded right left freeform line gradient solid legend plot area series axis value "
    "category major minor gridlines good bad neutral input output calculation check cell explanatory linked total "
    "warning currency percent comma unknown word excel powerpoint microsoft http https www com schemas openxmlformats".split()
)
_MACHINE_NAME = re.compile(r"_(?:Toc|Ref|Hlk|GoBack|MON|PID)\w*|\{?[0-9A-Fa-f-]{32,38}\}?|(?:https?|urn)[:/]+[\w./:-]*(?:schemas|microsoft|w3\.org|purl)[\w./:#-]*")
_SEALS = frozenset(("DigestValue", "SignatureValue", "Modulus", "Exponent"))


def attribute_words(text: str) -> list[str]:
    """Distinct attribute values of the part, and its comments, that a person may have written; in order of appearance."""
    found: dict[str, None] = {}
    for name, double, single in dict.fromkeys(_ATTRIBUTE.findall(text)):
        value = double or single
        if _may_be_words(name, value):
            found[unescape(value).strip()] = None
    for double, single in _VALUED.findall(text):
        value = double or single
        if _WORDS.search(value):
            found[unescape(value).strip()] = None
    for comment in _COMMENT.findall(text) if "<!--" in text or text.count("<?") > 1 else ():
        found["".join(comment).strip()] = None
    return [value for value in found if value and not _machine(value)]


def text_lines(root: etree._Element) -> list[str]:
    """The text of a part that no reader of its own knows: one line a paragraph, a cached series or a lone text node."""
    return [line for line in (" ".join(line.split()) for line in _lines(root)) if line]


def labelled(root: etree._Element) -> list[str]:
    """`name: value` for each property that holds text; counts and switches of Office are left out."""
    lines = []
    for element in root.iter():
        text = (element.text or "").strip()
        if text and not _count_of_office(local(element), text):
            name = element.get("name") or local(element)
            lines.append(f"{name}: {text}")
    return lines


def _lines(element: etree._Element) -> Iterator[str]:
    name = local(element)
    if name == "p":
        yield "".join(" " if local(node) in ("br", "tab") else node.text or "" for node in element.iter())
        return
    if name in ("strCache", "numCache", "strLit", "numLit"):
        yield " | ".join(text for text in (node.strip() for node in element.itertext()) if text)
        return
    if element.text and element.text.strip() and not _sealed(name, element.text):
        yield element.text
    for child in element:
        yield from _lines(child)
        if child.tail and child.tail.strip():
            yield child.tail


def _sealed(name: str, text: str) -> bool:
    """A digest, signature or certificate: base64 that says nothing (a certificate starts as DER does)."""
    packed = "".join(text.split())
    if name == "X509Certificate":
        return packed.startswith("MII")
    return name in _SEALS and len(packed) <= 1024 and re.fullmatch(r"[A-Za-z0-9+/=]+", packed) is not None


def _may_be_words(name: str, value: str) -> bool:
    words = _WORDS.findall(value)
    if not words or name.startswith("xmlns"):
        return False
    if name in _FREE:
        return True
    if _IDENTIFIERS.fullmatch(name):
        return False
    return len(words) > 1 and (" " in value.strip() or not value.isascii()) or len(value) > 40


def _machine(value: str) -> bool:
    if _MACHINE_NAME.fullmatch(value):
        return True
    return all(word.casefold() in _VOCABULARY for word in _WORDS.findall(value))


def _count_of_office(name: str, text: str) -> bool:
    """Values of docProps that no person wrote: totals, switches, times and versions."""
    if name in ("created", "modified", "lastPrinted", "filetime", "AppVersion", "TotalTime", "Application", "DocSecurity"):
        return re.fullmatch(r"[\w :.+/-]{0,60}", text) is not None
    return name in _COUNTS and not re.search(r"[^\W\d]{6,}", text)


_COUNTS = frozenset(
    "Pages Words Characters CharactersWithSpaces Lines Paragraphs Slides Notes HiddenSlides MMClips ScaleCrop "
    "LinksUpToDate SharedDoc HyperlinksChanged i4 revision".split()
)
