"""The words that Office itself writes into its files: what may be passed over when attributes are read for words."""

from __future__ import annotations

import re
from collections.abc import Iterator


def _built_in_styles() -> Iterator[str]:
    """The names of Word's own numbered styles, as every document lists them."""
    for family in ("heading", "toc", "index", "List", "List Bullet", "List Number", "List Continue", "Body Text"):
        yield from (f"{family} {number}" for number in range(1, 10))
    kinds = [f"{a} {b}" for a in ("Light", "Medium", "Dark", "Colorful") for b in ("Shading", "List", "Grid")]
    kinds += [f"{kind} {number}" for kind in kinds for number in (1, 2, 3)]
    kinds += [
        f"{table} Table {look}"
        for table in ("Grid", "List")
        for look in ("1 Light", "2", "3", "4", "5 Dark", "6 Colorful", "7 Colorful")
    ]
    for kind in kinds:
        yield kind
        yield from (f"{kind} Accent {number}" for number in range(1, 7))


_WORDS = """
heading headings title subtitle normal table grid light medium dark colorful list shading accent plain toc
index header footer footnote endnote reference text body paragraph default font no spacing strong emphasis
intense subtle quote book bullet number continue first indent block salutation signature date closing note
message caption macro page line annotation subject comment balloon hyperlink followedhyperlink html address
acronym cite code definition keyboard preformatted sample typewriter variable outline classic simple columns
elegant professional web theme contemporary effects revision placeholder bibliography unresolved mention smart
hash link document map envelope return of authorities figures top form bottom char figure section article
office normalweb email style styles picture shape box rectangle straight connector arrow group object chart
diagram image content slide layout master notes handout vertical and two comparison blank with only handles
slidenumber row column background graphic frame oval elbow rounded right left freeform line gradient solid
legend plot area series axis value category major minor gridlines good bad neutral input output calculation
check cell explanatory linked total warning currency percent comma unknown word excel powerpoint microsoft
http https www com schemas openxmlformats
google ctr objects per cent general red followed true false toa mail hashtag ole macintosh libreoffice slides worksheets
"""
VOCABULARY = frozenset(_WORDS.split())
BUILT_IN = frozenset(_built_in_styles())
MACHINE_NAME = re.compile(
    r"compatibilityMode|overrideTableStyleFontSizeAndJustification|enableOpenTypeFeatures|doNotFlipMirrorIndents|"
    r"differentiateMultirowTableHeaders|useWord2013TrackBottomHyphenation|allowHyphenationAtTrackBottom|"
    r"allowSpaceOfSameStyleInTable|/[\w/.-]+\?ContentType=[\w/.+-]+|_(?:Toc|Ref|Hlk|GoBack|MON|PID)\w*|\{?[0-9A-Fa-f-]{32,38}\}?|"
    r"[a-z]{1,4}\d{1,4}|urn:[\w.:-]+|https?://[\w./:-]*(?:schemas|microsoft|w3\.org|purl|openoffice|oasis)[\w./:#-]*"
)
_STYLE_NAME = re.compile(r'="([^"]*[A-Za-z]{2}[^"]*)"')
_UNUSUAL = re.compile(r"'|>\s*[^<\s]")  # text between the tags, or attributes written otherwise
_LETTERS = re.compile(r"[^\W\d_]{2,}")


# What is known to hold no words: tags, and parts to the last byte; see office_templates.
HARMLESS: set[str] = set()
SILENT: set[bytes] = set()


def distinct_tags(text: str) -> dict[str, None]:
    """The part's tags with attributes, each once, without the list of styles that Word could offer."""
    start, end = text.find("<w:latentStyles"), text.rfind("</w:latentStyles>")
    if 0 <= start < end and not _UNUSUAL.search(text, start, end):
        names = " ".join(set(_STYLE_NAME.findall(text, start, end)) - BUILT_IN)
        if VOCABULARY.issuperset(_LETTERS.findall(names.casefold())):
            text = text[:start] + text[end:]
    return dict.fromkeys([_tag(piece) for piece in dict.fromkeys(text.split("<")) if "=" in piece])


def _tag(piece: str) -> str:
    """A tag without the text behind it; with it where the sign that ends tags may stand inside a value."""
    tag = piece.partition(">")[0]
    return piece if "'" in tag or tag.count('"') % 2 else tag
