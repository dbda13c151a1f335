"""Word documents that hide text in revisions, formats, drawings, fields and attributes (rows 32 to 41, 48 and 68)."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.office_making import NAMESPACES, beside, office_case, paragraph, story, word

Make = Callable[[str], bytes]

_CHART = ("chart", "drawingml.chart+xml")


def body(template: str) -> Make:
    """A DOCX with `template` in its body, {} being the text."""
    return lambda text: word(template.format(text))


def run(properties: str) -> Make:
    return lambda text: word(paragraph(text, run=f"<w:rPr>{properties}</w:rPr>"))


def drawing(inner: str) -> str:
    return (
        "<w:p><w:r><w:drawing><wp:inline><wp:docPr id='1' name='Picture 1' {alt}/><a:graphic><a:graphicData>"
        f"{inner}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def text_box(text: str) -> bytes:
    box = f"<wps:wsp><wps:txbx><w:txbxContent>{paragraph(text)}</w:txbxContent></wps:txbx></wps:wsp>"
    return word(drawing(box).format(alt=""))


def fallback_only(text: str) -> bytes:
    new = f"<w:drawing><wps:txbx><w:txbxContent>{paragraph('See over.')}</w:txbxContent></wps:txbx></w:drawing>"
    old = f"<w:pict><v:textbox><w:txbxContent>{paragraph(text)}</w:txbxContent></v:textbox></w:pict>"
    return word(
        f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )


def hidden_by_style(text: str) -> bytes:
    styles = (
        f'<w:styles {NAMESPACES}><w:style w:type="paragraph" w:styleId="Base"><w:name w:val="Base"/><w:rPr><w:vanish/>'
        '</w:rPr></w:style><w:style w:type="paragraph" w:styleId="Kin"><w:name w:val="Kin"/><w:basedOn w:val="Base"/>'
        "</w:style></w:styles>"
    )
    return word(
        paragraph(text, '<w:pPr><w:pStyle w:val="Kin"/></w:pPr>'),
        parts={"word/styles.xml": styles},
        types={"word/styles.xml": "wordprocessingml.styles+xml"},
        links=[("styles", "styles.xml")],
    )


def split_runs(text: str) -> bytes:
    return word("<w:p>" + "".join(f"<w:r><w:t xml:space='preserve'>{char}</w:t></w:r>" for char in text) + "</w:p>")


def settings(inner: str) -> Make:
    def build(text: str) -> bytes:
        return beside(
            "word/settings.xml",
            f"<w:settings {NAMESPACES}>{inner.format(text)}</w:settings>",
            "settings",
            "wordprocessingml.settings+xml",
        )

    return build


def chart(text: str) -> bytes:
    title = f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    return beside(
        "word/charts/chart1.xml", f"<c:chartSpace {NAMESPACES}>{title}</c:chartSpace>", "chart", "drawingml.chart+xml"
    )


def cached_cell(text: str) -> bytes:
    cache = f"<c:strCache><c:pt idx='0'><c:v>{text}</c:v></c:pt></c:strCache>"
    return beside(
        "word/charts/chart1.xml", f"<c:chartSpace {NAMESPACES}>{cache}</c:chartSpace>", "chart", "drawingml.chart+xml"
    )


def smart_art(text: str) -> bytes:
    point = f"<dgm:pt><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    model = f"<dgm:dataModel {NAMESPACES}>{point}</dgm:dataModel>"
    return beside("word/diagrams/data1.xml", model, "diagramData", "drawingml.diagramData+xml")


def field(code: str) -> Make:
    return body(f"<w:p><w:r><w:instrText>{code}</w:instrText></w:r></w:p>")


CASES = [
    office_case(
        32,
        "deletion",
        body("<w:p><w:del w:author='A'><w:r><w:delText>{}</w:delText></w:r></w:del></w:p>"),
        code="deleted_text",
    ),
    office_case(
        32,
        "move",
        body("<w:p><w:moveFrom w:author='A'><w:r><w:t>{}</w:t></w:r></w:moveFrom></w:p>"),
        code="deleted_text",
    ),
    office_case(32, "insertion", body("<w:p><w:ins w:author='A'><w:r><w:t>{}</w:t></w:r></w:ins></w:p>")),
    office_case(32, "author", body("<w:p><w:ins w:author='{}'><w:r><w:t>x</w:t></w:r></w:ins></w:p>")),
    office_case(33, "comment", lambda t: story("comments", t, name="comments", kind="comments", inner="comment")),
    office_case(34, "header", lambda t: story("hdr", t, name="header1", kind="header")),
    office_case(34, "footer", lambda t: story("ftr", t, name="footer3", kind="footer")),
    office_case(35, "footnote", lambda t: story("footnotes", t, name="footnotes", kind="footnotes", inner="footnote")),
    office_case(35, "endnote", lambda t: story("endnotes", t, name="endnotes", kind="endnotes", inner="endnote")),
    office_case(35, "text-box", text_box),
    office_case(35, "fallback", fallback_only),
    office_case(
        35, "word-art", body("<w:p><w:r><w:pict><v:shape><v:textpath string='{}'/></v:shape></w:pict></w:r></w:p>")
    ),
    office_case(35, "chart-title", chart),
    office_case(35, "chart-cache", cached_cell),
    office_case(35, "smart-art", smart_art),
    office_case(35, "equation", body("<w:p><m:oMath><m:r><m:t>{}</m:t></m:r></m:oMath></w:p>")),
    office_case(35, "table", body("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")),
    office_case(
        35, "content-control", body("<w:sdt><w:sdtContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    ),
    office_case(35, "loose-text", body("<w:pPr>{}</w:pPr>")),
    office_case(36, "vanish", run("<w:vanish/>"), code="invisible_text"),
    office_case(36, "white", run("<w:color w:val='FFFFFF'/>"), code="invisible_text"),
    office_case(36, "tiny", run("<w:sz w:val='2'/>"), code="invisible_text"),
    office_case(36, "strike", run("<w:strike/>"), code="invisible_text"),
    office_case(36, "style", hidden_by_style, code="invisible_text"),
    office_case(41, "alt-text", lambda t: word(drawing("").format(alt=f"descr='{t}'"))),
    office_case(41, "title", lambda t: word(drawing("").format(alt=f"title='{t}'"))),
    office_case(
        41,
        "link",
        lambda t: word("", links=[("hyperlink", f"https://x.example/{t}")]),
    ),
    office_case(41, "tooltip", body("<w:p><w:hyperlink w:tooltip='{}'><w:r><w:t>here</w:t></w:r></w:hyperlink></w:p>")),
    office_case(41, "bookmark", body("<w:p><w:bookmarkStart w:id='1' w:name='{}'/><w:r><w:t>here</w:t></w:r></w:p>")),
    office_case(41, "field", body('<w:p><w:r><w:instrText>QUOTE "{}"</w:instrText></w:r></w:p>')),
    office_case(
        41, "simple-field", body("<w:p><w:fldSimple w:instr='QUOTE {}'><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>")
    ),
    office_case(41, "table-caption", body("<w:tbl><w:tblPr><w:tblCaption w:val='{}'/></w:tblPr></w:tbl>")),
    office_case(41, "control-alias", body("<w:sdt><w:sdtPr><w:alias w:val='{}'/></w:sdtPr></w:sdt>")),
    office_case(41, "variable", settings("<w:docVars><w:docVar w:name='a' w:val='{}'/></w:docVars>")),
    office_case(41, "mail-merge", settings("<w:mailMerge><w:query w:val='{}'/></w:mailMerge>")),
    office_case(
        48, "template", lambda t: word("", links=[("attachedTemplate", f"file:///{t}")]), code="external_reference"
    ),
    office_case(
        48,
        "include",
        body('<w:p><w:r><w:instrText>INCLUDETEXT "{}"</w:instrText></w:r></w:p>'),
        code="external_reference",
    ),
    office_case(68, "split-runs", split_runs),
    office_case(78, "xml-comment", body("<!-- {} -->")),
]
