"""Presentations that hide text in slides, notes, masters and shapes that are not shown (rows 33 to 41)."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile import office_making as make
from tests.hostile.case import Case
from tests.hostile.office_making import NAMESPACES, office_case, shape, slides

Make = Callable[[str], bytes]


def slide_part(name: str, kind: str, content: str, content_type: str) -> Make:
    """A PPTX whose slide points to a part of `content`."""
    return lambda text: slides(
        "",
        parts={f"ppt/{name}": content.format(text)},
        types={f"ppt/{name}": content_type},
        links=[(kind, f"/ppt/{name}")],
    )


def unlisted(text: str) -> bytes:
    slide = f"<p:sld {NAMESPACES}>{_TREE.format(text)}</p:sld>"
    return slides(
        "", parts={"ppt/slides/slide9.xml": slide}, types={"ppt/slides/slide9.xml": "presentationml.slide+xml"}
    )


def table(text: str) -> bytes:
    cell = f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"
    return slides(f"<p:graphicFrame><a:graphic><a:tbl><a:tr>{cell}</a:tr></a:tbl></a:graphic></p:graphicFrame>")


def _deck(number: int, name: str, data: Make, code: str = "") -> Case:
    return office_case(number, name, data, "talk.pptx", code=code)


_TREE = f"<p:cSld><p:spTree>{shape('{}')}</p:spTree></p:cSld>"
_NOTES = f"<p:notes {NAMESPACES}>{_TREE}</p:notes>"
_MASTER = f"<p:sldMaster {NAMESPACES}>{_TREE}</p:sldMaster>"
_LINE = "<a:p><a:r><a:t>{}</a:t></a:r></a:p>"
_MODEL = f"<dgm:dataModel {NAMESPACES}>{_LINE}</dgm:dataModel>"
_CHART = f"<c:chartSpace {NAMESPACES}><c:v>{{}}</c:v></c:chartSpace>"
_COMMENT = f"<p:cmLst {NAMESPACES}><p:cm><p:text>{{}}</p:text></p:cm></p:cmLst>"
_MODERN = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"
_REPLY = f'<q:cmLst xmlns:q="{_MODERN}" {NAMESPACES}><q:cm><q:reply>{_LINE}</q:reply></q:cm></q:cmLst>'
_MODERN_TYPE = "application/vnd.ms-powerpoint.comments+xml"
_FAR = make.at(20_000_000, 0)

CASES = [
    _deck(33, "comment", slide_part("comments/comment1.xml", "comments", _COMMENT, "presentationml.comments+xml")),
    _deck(33, "reply", slide_part("comments/modernComment1.xml", "comments", _REPLY, _MODERN_TYPE)),
    _deck(35, "smart-art", slide_part("diagrams/data1.xml", "diagramData", _MODEL, "drawingml.diagramData+xml")),
    _deck(35, "chart", slide_part("charts/chart1.xml", "chart", _CHART, "drawingml.chart+xml")),
    _deck(35, "table", table),
    _deck(40, "hidden-slide", lambda t: slides(shape(t), attributes='show="0"'), code="hidden_part"),
    _deck(40, "notes", slide_part("notesSlides/notes1.xml", "notesSlide", _NOTES, "presentationml.notesSlide+xml")),
    _deck(40, "off-slide", lambda t: slides(shape(t, properties=_FAR)), code="invisible_text"),
    _deck(40, "hidden-shape", lambda t: slides(shape(t, name='name="Box" hidden="1"')), code="invisible_text"),
    _deck(40, "group", lambda t: slides(f"<p:grpSp>{shape(t)}</p:grpSp>")),
    _deck(40, "master", slide_part("slideMasters/m1.xml", "slideMaster", _MASTER, "presentationml.slideMaster+xml")),
    _deck(40, "unlisted-slide", unlisted),
    _deck(41, "alt-text", lambda t: slides(shape("x", name=f'name="Box" descr="{t}"'))),
]
