"""PDFs that hide text in annotations, fields, metadata and layers, or draw it so that nobody sees it."""

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.pdf_making import (
    Make,
    annotate,
    changed,
    drawn,
    field,
    form_xobject,
    pdf_case,
)


def annotation(**keys: str) -> Make:
    """An annotation with the text under each of `keys`, the value being a pattern for it."""

    def make(text: str) -> bytes:
        entries = {key: String(pattern.format(text)) for key, pattern in keys.items()}
        return changed(lambda pdf: annotate(pdf, Subtype=Name.Text, **entries))

    return make


def hidden_field(key: str) -> Make:
    return lambda text: changed(lambda pdf: field(pdf, F=2, **{key: String(text)}))


def options(text: str) -> bytes:
    return changed(lambda pdf: field(pdf, Ff=1 << 17, Opt=Array([Array([String("1"), String(text)])])))


def script(text: str) -> bytes:
    def act(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pdf.make_stream(f'app.alert("{text}");'.encode()))

    return changed(act)


def link(text: str) -> bytes:
    address = String(f"https://example.org/?q={text}")
    return changed(lambda pdf: annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=address)))


def outline(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as entries:
            entries.root.append(pikepdf.OutlineItem(text, 0))

    return changed(add)


def destination(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        target = Array([pdf.pages[0].obj, Name.Fit])
        pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array([String(text), target])))

    return changed(add)


def page_label(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=String(text))]))

    return changed(add)


def info(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/GardenRemark"] = String(text)

    return changed(add)


def object_metadata(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        about = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:g="http://example.org/garden/">'
        packet = f"{about}<rdf:Description><g:remark>{text}</g:remark></rdf:Description></rdf:RDF>"
        stream = pdf.make_stream(packet.encode(), Type=Name.Metadata, Subtype=Name.XML)
        pdf.pages[0].obj.Metadata = stream

    return changed(add)


def black_box(text: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 640, text)
        canvas.rect(70, 636, 400, 16, fill=1)

    return drawn(draw)


def white(text: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 640, text)

    return drawn(draw)


def without_ink(text: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        line = canvas.beginText(72, 640)
        line.setTextRenderMode(3)
        line.textLine(text)
        canvas.drawText(line)

    return drawn(draw)


def off_page(text: str) -> bytes:
    return drawn(lambda canvas: canvas.drawString(72, 3000, text))


def tiny(text: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 0.5)
        canvas.drawString(72, 640, text)

    return drawn(draw)


def layer_off(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
        form = form_xobject(pdf, text)
        form["/OC"] = layer
        page = pdf.pages[0]
        page.obj.Resources.XObject = Dictionary(Fm0=form)
        page.contents_add(b"q 1 0 0 1 72 400 cm /Fm0 Do Q")
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))

    return changed(add)


def in_form(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Resources.XObject = Dictionary(Fm0=form_xobject(pdf, text))
        pdf.pages[0].contents_add(b"q 1 0 0 1 72 400 cm /Fm0 Do Q")

    return changed(add)


def in_pattern(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        tile = form_xobject(pdf, text)
        del tile["/Subtype"]
        tile.update({"/Type": Name.Pattern, "/PatternType": 1, "/PaintType": 1, "/TilingType": 1})
        tile.update({"/XStep": 500, "/YStep": 100})
        pdf.pages[0].obj.Resources.Pattern = Dictionary(P1=tile)
        pdf.pages[0].contents_add(b"/Pattern cs /P1 scn 72 300 400 100 re f")

    return changed(add)


def in_appearance(text: str) -> bytes:
    def add(pdf: pikepdf.Pdf) -> None:
        annotate(pdf, Subtype=Name.Stamp, AP=Dictionary(N=form_xobject(pdf, text)))

    return changed(add)


def under_replacement(text: str) -> bytes:
    """The page shows the text, and says that something else stands there."""
    mark = b"/Span << /ActualText (nothing of note) >> BDC BT /F1 12 Tf 72 500 Td (%s) Tj ET EMC" % text.encode()
    return changed(lambda pdf: pdf.pages[0].contents_add(mark))


def in_mark(text: str) -> bytes:
    return changed(lambda pdf: pdf.pages[0].contents_add(b"/Note << /Remark (%s) >> DP" % text.encode()))


def like_a_signature(text: str) -> bytes:
    """An annotation that claims to be a signature, whose contents are bytes."""
    entries = {"ByteRange": Array([0, 0, 0, 0]), "Contents": String(text)}
    return changed(lambda pdf: annotate(pdf, Subtype=Name.Text, **entries))


def without_byte_order(text: str) -> bytes:
    wide = String(text.encode("utf-16-le").decode("latin-1"))
    return changed(lambda pdf: annotate(pdf, Subtype=Name.Text, Contents=wide))


def as_name(text: str) -> bytes:
    return changed(lambda pdf: pdf.Root.__setitem__("/Remark", Name(f"/{text}")))


def as_font(text: str) -> bytes:
    """A stream that claims to be a font."""
    return changed(lambda pdf: pdf.Root.__setitem__("/FontFile2", pdf.make_stream(text.encode())))


CASES = [
    pdf_case(8, "annotation", annotation(Contents="{}")),
    pdf_case(8, "rich-text-only", annotation(RC="<body xmlns='http://www.w3.org/1999/xhtml'><p>{}</p></body>")),
    pdf_case(8, "like-a-signature", like_a_signature),
    pdf_case(8, "without-byte-order", without_byte_order),
    pdf_case(9, "hidden-value", hidden_field("V")),
    pdf_case(9, "default-value", hidden_field("DV")),
    pdf_case(9, "options", options),
    pdf_case(10, "script", script, code="scripts"),
    pdf_case(10, "link", link),
    pdf_case(10, "outline", outline),
    pdf_case(10, "destination", destination),
    pdf_case(10, "page-label", page_label),
    pdf_case(10, "name", as_name),
    pdf_case(11, "info", info),
    pdf_case(11, "object-metadata", object_metadata),
    pdf_case(14, "black-box", black_box, code="covered_text"),
    pdf_case(15, "white", white, code="invisible_text"),
    pdf_case(15, "without-ink", without_ink, code="invisible_text"),
    pdf_case(15, "off-page", off_page, code="invisible_text"),
    pdf_case(15, "tiny", tiny, code="invisible_text"),
    pdf_case(16, "layer-off", layer_off, code="optional_content"),
    pdf_case(13, "as-font", as_font),
    pdf_case(20, "under-replacement", under_replacement),
    pdf_case(20, "in-mark", in_mark),
    pdf_case(23, "form", in_form),
    pdf_case(23, "pattern", in_pattern),
    pdf_case(23, "appearance", in_appearance),
]
