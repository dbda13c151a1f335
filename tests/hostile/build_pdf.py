"""PDFs that hide text in objects, layers, revisions and bytes that no page shows (rows 1 to 29)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.pdf_making import (
    annotate,
    appended,
    changed,
    drawn,
    field,
    form_xobject,
    plain,
    replaced_page,
)

Make = Callable[[str], bytes]


def encrypted(text: str, *, user: str = "x", strength: int = 6) -> bytes:
    how = pikepdf.Encryption(user=user, owner="owner", R=strength, aes=strength >= 4, metadata=strength >= 4)
    return changed(lambda pdf: None, plain(text), encryption=how)


def rights_managed(text: str) -> bytes:
    def wrap(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["protected.pdf"] = pikepdf.AttachedFileSpec(pdf, b"\x00\x01\x02sealed")
        spec = pdf.Root.Names.EmbeddedFiles.Names[1]
        spec.AFRelationship = Name("/EncryptedPayload")

    return changed(wrap, plain("This PDF file is protected. Open it with a reader that knows the rights service."))


def dynamic_form(text: str) -> bytes:
    def xfa(pdf: pikepdf.Pdf) -> None:
        packet = f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><data><remark>{text}</remark></data></xdp:xdp>'
        head, tail = packet[:60], packet[60:]
        parts = [String("preamble"), pdf.make_stream(head.encode()), String("datasets"), pdf.make_stream(tail.encode())]
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array(parts))
        pdf.Root.NeedsRendering = True

    return changed(xfa, plain("Please wait..."))


def portfolio(text: str) -> bytes:
    def collect(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["note.txt"] = text.encode()
        pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.T)

    return changed(collect)


def attached(text: str) -> bytes:
    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["inner.pdf"] = plain(text)

    return changed(attach)


def file_annotation(text: str) -> bytes:
    def attach(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(text.encode())
        spec = Dictionary(Type=Name.Filespec, F=String("note.txt"), EF=Dictionary(F=stream))
        annotate(pdf, Subtype=Name.FileAttachment, FS=pdf.make_indirect(spec))

    return changed(attach)


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


def orphan_string(text: str) -> bytes:
    """A dictionary that nothing refers to, added by an update."""
    return appended(plain(), 90, f"<< /Remark ({text}) >>".encode())


def orphan_stream(text: str) -> bytes:
    content = f"BT /F1 12 Tf 10 10 Td ({text}) Tj ET".encode()
    return appended(plain(), 90, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))


def shadowed_stream(text: str) -> bytes:
    """Two objects of one number in one revision: readers take the one that the table points to."""
    whole = changed(lambda pdf: None, plain("Nothing to add."), compress_streams=False)
    content = f"BT /F1 12 Tf 72 640 Td ({text}) Tj ET".encode()
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
    shadow = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (number, len(content), content)
    at = whole.index(b"1 0 obj")
    return _moved(whole, at, shadow)


def _moved(whole: bytes, at: int, inserted: bytes) -> bytes:
    """`whole` with bytes inserted before its first object, its table of offsets moved accordingly."""
    body, _, tail = whole.partition(b"xref\n")
    table, _, trailer = tail.partition(b"trailer")
    moved = b"".join(
        b"%010d" % (int(line[:10]) + len(inserted)) + line[10:] if line.rstrip().endswith(b"n") else line
        for line in table.splitlines(keepends=True)
    )
    start = len(body) + len(inserted)
    head = trailer.partition(b"startxref")[0]
    return (
        body[:at] + inserted + body[at:] + b"xref\n" + moved + b"trailer" + head + b"startxref\n%d\n%%%%EOF\n" % start
    )


def unknown_stream(text: str) -> bytes:
    """An application's private data, which holds a file."""
    return changed(lambda pdf: pdf.Root.__setattr__("Private", pdf.make_stream(plain(text))))


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


def page_count_lies(text: str) -> bytes:
    return plain(text).replace(b"/Count 1 ", b"/Count 7 ")


def cut(text: str) -> bytes:
    whole = drawn(lambda canvas: canvas.drawString(72, 640, text), pages=6)
    return whole[: int(len(whole) * 0.7)]


def wrong_offsets(text: str) -> bytes:
    """The cross-reference table points nowhere; every object is there."""
    whole = plain(text)
    return whole.replace(b"startxref\n", b"startxref\n9")


def bomb(text: str) -> bytes:
    packed = zlib.compress(zlib.compress(b" " * 60_000_000, 9), 9)

    def add(pdf: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(pdf, packed)
        stream.write(packed, filter=Array([Name.FlateDecode, Name.FlateDecode]))
        pdf.pages[0].obj.Contents = stream

    return changed(add, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def _zipped(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("note.txt", text)
    return out.getvalue()


def also_zip(text: str) -> bytes:
    return plain() + _zipped(text)


def _case(
    row: int, name: str, make: Make, expect: Literal["read", "hold"] = "read", code: str = "", twin: bool = True
) -> Case:
    return Case(
        row=row, name=f"pdf-{name}", filename="minutes.pdf", data=lambda: make(CANARY), expect=expect, code=code,
        twin=(lambda: make(HARMLESS)) if twin and expect == "read" else None,
    )  # fmt: skip


CASES = [
    *(_case(1, f"password-r{r}", lambda t, r=r: encrypted(t, strength=r), "hold", "encrypted") for r in (2, 3, 4, 6)),
    *(_case(2, f"empty-password-r{r}", lambda t, r=r: encrypted(t, user="", strength=r)) for r in (3, 4, 6)),
    _case(4, "rights-managed", rights_managed, "hold", "rights_managed"),
    _case(5, "xfa", dynamic_form),
    _case(6, "portfolio", portfolio, code="embedded_file"),
    _case(7, "attachment", attached, code="embedded_file"),
    _case(7, "file-annotation", file_annotation, code="embedded_file"),
    _case(8, "annotation", annotation(Contents="{}")),
    _case(8, "rich-text-only", annotation(RC="<body xmlns='http://www.w3.org/1999/xhtml'><p>{}</p></body>")),
    _case(9, "hidden-value", hidden_field("V")),
    _case(9, "default-value", hidden_field("DV")),
    _case(9, "options", options),
    _case(10, "script", script, code="scripts"),
    _case(10, "link", link),
    _case(10, "outline", outline),
    _case(10, "destination", destination),
    _case(10, "page-label", page_label),
    _case(11, "info", info),
    _case(11, "object-metadata", object_metadata),
    _case(12, "older-revision", lambda text: replaced_page(text, "Nothing to add."), code="prior_revisions"),
    _case(13, "orphan-string", orphan_string),
    _case(13, "orphan-drawing", orphan_stream),
    _case(13, "shadowed", shadowed_stream, "hold", "prior_revision"),
    _case(13, "private-data", unknown_stream),
    _case(14, "black-box", black_box, code="covered_text"),
    _case(15, "white", white, code="invisible_text"),
    _case(15, "without-ink", without_ink, code="invisible_text"),
    _case(15, "off-page", off_page, code="invisible_text"),
    _case(15, "tiny", tiny, code="invisible_text"),
    _case(16, "layer-off", layer_off, code="optional_content"),
    _case(23, "form", in_form),
    _case(23, "pattern", in_pattern),
    _case(23, "appearance", in_appearance),
    _case(24, "cut", cut, "hold", "truncated"),
    _case(24, "wrong-offsets", wrong_offsets, code="repaired"),
    _case(25, "page-count", page_count_lies, "hold", "page_not_read"),
    _case(26, "bomb", bomb, "hold", "limit_ratio"),
    _case(27, "also-zip", also_zip, code="trailing_data"),
    _case(27, "junk-before", lambda text: f"{text}\n".encode() * 12 + plain(), code="trailing_data"),
    _case(28, "after-the-end", lambda text: plain() + text.encode(), code="trailing_data"),
    _case(28, "between-objects", lambda t: plain().replace(b"endobj\n", b"endobj\n" + t.encode() + b"\n", 1), "read"),
]
