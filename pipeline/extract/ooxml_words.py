"""Finds the words in any XML part: its text nodes, its comments, and the attributes in which people can write.

Works on the raw text, tag by distinct tag, because most of an Office file is the same few thousand tags over and over.

Attributes are read by default. What is subtracted: values without a letter, machine identifiers, fonts and geometry,
and values all of whose words belong to the vocabulary that Office itself writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from lxml import etree

from pipeline.extract.embedded import decode_base64
from pipeline.extract.office_vocabulary import BUILT_IN, HARMLESS, MACHINE_NAME, VOCABULARY
from pipeline.extract.ooxml import attribute, local, texts

_ATTRIBUTE = re.compile(r"""([\w.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_COMMENT = re.compile(r"<!--(.*?)-->|<\?(?!xml[ -])(.*?)\?>", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_FONT_TAGS = ("style:font-face", "w:font ", "w:altName", "m:mathFont", "a:font ", "a:latin", "a:ea", "a:cs", "a:sym")
_SILENT_TAGS = (*_FONT_TAGS, "?xml ")
_XML_DECLARATION = re.compile(r"""\?xml version=["']1\.[01]["'](?: (?:encoding|standalone)=["'][\w-]+["'])*\s?\?>\s*""")
_LONGEST_FONT_TAG = 300
_FONT_NAMES = ("ascii", "hAnsi", "cs", "eastAsia", "typeface")
_TEXT = re.compile(r">\s*[^<\s]")
_PARAGRAPHS = ("p", "si", "is", "text")
_ODD = ("='", "= ", " =", "=\n", "=\t")
_VALUED = """
    docVar alias tag tblCaption tblDescription helpText statusText listEntry default query mailSubject
    connectString udl addressFieldName name aliases placeholder docPart category src dataSource lvlText sheetName
"""
_FREE_NAMES = """
    descr title alt string tooltip instr author initials href name anchor displayName caption alias prompt
    promptTitle error errorTitle text display location query command connection sourceFile description comment tag
    cmd progId userId providerId lastValue formatCode refersTo sourceName uniqueName totalsRowLabel
"""
_FREE = frozenset(_FREE_NAMES.split())
_BY_INITIAL = {name[0]: [other[1:] for other in sorted(_FREE) if other[0] == name[0]] for name in sorted(_FREE)}
_INITIALS = "|".join(f"{initial}(?:{'|'.join(rest)})" for initial, rest in _BY_INITIAL.items())  # fewer branches to try
_FREE_ATTRIBUTE = re.compile(rf'[\s:]({_INITIALS})="([^"]+)"')
_LONG_VALUE = re.compile(r'="([^" ]* [^"]*|[^"]{41,})"')
_ANY_ATTRIBUTE = re.compile(r'\s((?!xmlns)[\w:.-]+)="([^"]+)"')
_PACKED = re.compile(r"""gfxdata\s*=\s*(?:"([^"]+)"|'([^']+)')""")
_LAST_WORD = re.compile(r"[\s:]")
_VALUED_ELEMENT = re.compile(rf'<(?:\w+:)?(?:{"|".join(_VALUED.split())})\s[^>]*?val="([^"]+)"')
_IDENTIFIERS = re.compile(
    r"rsid\w*|paraId|textId|id|embed|uri|style|path|ascii|hAnsi|cs|eastAsia|typeface|panose\w*|Ignorable|Requires|type|"
    r"gfxdata|coordsize|adj|points|guid|uid|Id|Type|ContentType|PartName|Extension|link|pict|sig|csb0|usb0|charset|"
    r"storeItemID|cryptAlgorithm\w*|hash|salt|hashValue|saltValue|algorithmName|Algorithm|connectortype|eqn|"
    r"Target(?:Mode)?|prst|lang|bidi|val0|spid|themeColor|sharedFormula|from|to|fill\w*|filter|key(?:Times|Points)|schemaLocation"
)
_SEALS = frozenset(("DigestValue", "SignatureValue", "Modulus", "Exponent"))
_PROGRAM = ("Application", "TitlesOfParts", "HeadingPairs")
_COUNTS = frozenset(
    """
    Pages Words Characters CharactersWithSpaces Lines Paragraphs Slides Notes HiddenSlides MMClips ScaleCrop i4 revision
    LinksUpToDate SharedDoc HyperlinksChanged created modified lastPrinted AppVersion TotalTime DocSecurity
    """.split()  # noqa: SIM905 - a table of words
)
_COUNT = re.compile(r"[\d:.+TZ-]*|true|false", re.IGNORECASE)
SENTENCE = re.compile(r"(?:[^\W\d_]{2,} ){3}")
_LONG_SENTENCE = re.compile(r"(?:[^\W\d_]{2,} ){5}")


def attribute_words(tags: Iterable[str], *, everything: bool = False) -> list[str]:
    """Attribute values in `tags` (text after each "<") that a person may have written; comments, too.

    `everything` is for XML that is no format of Office: there every value with a word in it counts.
    """
    if not everything:
        tags = [tag for tag in tags if tag not in HARMLESS]
    text = "<" + "<".join([tag for tag in tags if not (tag.startswith(_SILENT_TAGS) and _is_silent(tag))])
    if any(odd in text for odd in _ODD):
        text = _ATTRIBUTE.sub(_regular, text)
    found: dict[str, None] = {}
    for name, value in dict.fromkeys(_pairs(text, everything=everything)):
        if value not in BUILT_IN and _may_be_words(name, value, everything=everything):
            found[unescape(value).strip()] = None
    return [value for value in found if value and not _machine(value)]


def comments(text: str) -> list[str]:
    """Comments and processing instructions of the part."""
    if "!--" not in text and text.find("?", text.find("?>") + 2) < 0:
        return []
    return ["".join(comment).strip() for comment in _COMMENT.findall(text)]


def has_text(text: str) -> bool:
    """Whether any character stands between the tags, as opposed to in them."""
    return _TEXT.search(text) is not None or "<![CDATA[" in text


def packed_drawings(tags: Iterable[str]) -> Iterator[bytes]:
    """The packages in which Word hides a second rendering of an old drawing, in attributes named gfxdata."""
    for tag in tags:
        for double, single in _PACKED.findall(tag) if "gfxdata" in tag else ():
            yield decode_base64(unescape(double or single).encode("ascii", "replace"))[0]


def _pairs(text: str, *, everything: bool) -> Iterator[tuple[str, str]]:
    """Attributes that may hold words: those of free names, of elements whose value is free, and all that are long."""
    if everything:
        yield from _ANY_ATTRIBUTE.findall(text)
        return
    yield from _FREE_ATTRIBUTE.findall(text)
    for match in _LONG_VALUE.finditer(text):
        before = text[max(match.start() - 60, 0) : match.start()]
        yield _LAST_WORD.split(before)[-1], match[1]
    for value in _VALUED_ELEMENT.findall(text):
        yield "val", value


def _is_silent(tag: str) -> bool:
    """A tag that names fonts, or the declaration with which every part begins."""
    if tag.startswith("?"):
        return _XML_DECLARATION.fullmatch(tag) is not None
    return len(tag) < _LONGEST_FONT_TAG and not _LONG_SENTENCE.search(tag)


def _regular(match: re.Match[str]) -> str:
    """The attribute as Office writes it: double quotes, no spaces around the sign."""
    name, double, single = match.groups()
    return f'{name}="{double or (single or "").replace(chr(34), "&quot;")}"'


def text_lines(root: etree._Element) -> list[str]:
    """The text of a part that no reader of its own knows: one line a paragraph, a cached series or a lone text node."""
    return [line for line in (" ".join(line.split()) for line in _lines(root)) if line]


def settings(root: etree._Element) -> list[str]:
    """`name: value` for those settings of an OpenDocument file whose value is made of words."""
    items = ((attribute(element, "name"), (element.text or "").strip()) for element in root.iter())
    return [f"{name}: {text}" for name, text in items if _WORDS.search(text) and text not in ("true", "false")]


def labelled(root: etree._Element) -> list[str]:
    """`name: value` for each property that holds text; counts and switches of Office are left out."""
    lines = []
    for element in root.iter():
        text = (element.text or "").strip()
        if text and not _count_of_office(local(element), text):
            parent = element.getparent()
            name = (parent.get("name") if parent is not None else None) or local(element)
            lines.append(f"{name}: {text}")
    return lines


def _lines(element: etree._Element) -> Iterator[str]:
    name = local(element)
    if name in _PARAGRAPHS:
        yield "".join(" " if local(node) in ("br", "tab") else node.text or "" for node in element.iter())
        return
    if name in ("strCache", "numCache", "strLit", "numLit"):
        yield " | ".join(text for text in (node.strip() for node in texts(element)) if text)
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
    if name in ("X509Certificate", "EncapsulatedX509Certificate"):
        return packed.startswith("MII")
    return name in _SEALS and len(packed) <= 1024 and re.fullmatch(r"[A-Za-z0-9+/=]+", packed) is not None


def _may_be_words(name: str, value: str, *, everything: bool) -> bool:
    words = _WORDS.findall(value)
    if not words or name.startswith("xmlns"):
        return False
    if everything or name in _FREE or name == "val":
        return True
    if _IDENTIFIERS.fullmatch(name):
        return (_LONG_SENTENCE if name in _FONT_NAMES else SENTENCE).search(value) is not None
    return (len(words) > 1 and (" " in value.strip() or not value.isascii())) or len(value) > 40


def _machine(value: str) -> bool:
    if MACHINE_NAME.fullmatch(value):
        return True
    return all(word.casefold() in VOCABULARY for word in _WORDS.findall(value))


def _count_of_office(name: str, text: str) -> bool:
    """Values of docProps that no person wrote: totals, switches, times, and the name of the program."""
    if name in _PROGRAM:
        return VOCABULARY.issuperset(word.casefold() for word in _WORDS.findall(text))
    return name in _COUNTS and _COUNT.fullmatch(text) is not None
