"""PDFs that hide text behind encryption, in files, in older revisions and in bytes that no object owns."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.hostile.pdf_making import (
    annotate,
    appended,
    changed,
    drawn,
    pdf_case,
    plain,
    replaced_page,
)


def encrypted(text: str, *, user: str = "x", strength: int = 6) -> bytes:
    how = pikepdf.Encryption(user=user, owner="owner", R=strength, aes=strength >= 4, metadata=strength >= 4)
    return changed(lambda pdf: None, plain(text), encryption=how)


def encrypted_attachment(text: str) -> bytes:
    """The page is open; a password is asked for when its attachment is opened (AuthEvent EFOpen)."""

    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["note.txt"] = bytes(x ^ 0xA5 for x in text.encode() * 2)

    whole = changed(attach, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    keys = b"/O <%s> /U <%s> /P -4" % (b"5a" * 32, b"a5" * 32)
    sealed = b"/CF << /StdCF << /CFM /AESV2 /AuthEvent /EFOpen /Length 16 >> >> /EFF /StdCF"
    sealed += b" /StmF /Identity /StrF /Identity"
    entry = b"/Encrypt << /Filter /Standard /V 4 /R 4 /Length 128 %s %s >>" % (keys, sealed)
    return whole.replace(b"trailer <<", b"trailer << " + entry)


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


def turned_off(text: str) -> bytes:
    """The table marks the object of a note as free."""

    def add(pdf: pikepdf.Pdf) -> None:
        annotate(pdf, Subtype=Name.Text, Contents=String(text))

    whole = changed(add, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    head = whole.rindex(b"\n", 0, whole.rindex(b" obj", 0, whole.index(text.encode()))) + 1
    entry = whole.index(b"%010d 00000 n" % head)
    return whole[: entry + 17] + b"f" + whole[entry + 18 :]


def unknown_stream(text: str) -> bytes:
    """An application's private data, which holds a file."""
    return changed(lambda pdf: pdf.Root.__setattr__("Private", pdf.make_stream(plain(text))))


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


CASES = [
    *(
        pdf_case(1, f"password-r{r}", lambda t, r=r: encrypted(t, strength=r), "hold", "encrypted")
        for r in (2, 3, 4, 6)
    ),
    *(pdf_case(2, f"empty-password-r{r}", lambda t, r=r: encrypted(t, user="", strength=r)) for r in (3, 4, 6)),
    pdf_case(3, "attachment-password", encrypted_attachment, "hold", "encrypted"),
    pdf_case(4, "rights-managed", rights_managed, "hold", "rights_managed"),
    pdf_case(5, "xfa", dynamic_form),
    pdf_case(6, "portfolio", portfolio, code="embedded_file"),
    pdf_case(7, "attachment", attached, code="embedded_file"),
    pdf_case(7, "file-annotation", file_annotation, code="embedded_file"),
    pdf_case(12, "older-revision", lambda text: replaced_page(text, "Nothing to add."), code="prior_revisions"),
    pdf_case(13, "orphan-string", orphan_string),
    pdf_case(13, "orphan-drawing", orphan_stream),
    pdf_case(13, "shadowed", shadowed_stream),
    pdf_case(13, "turned-off", turned_off),
    pdf_case(13, "private-data", unknown_stream),
    pdf_case(24, "cut", cut, "hold", "truncated"),
    pdf_case(24, "wrong-offsets", wrong_offsets, code="repaired"),
    pdf_case(25, "page-count", page_count_lies, "hold", "page_not_read"),
    pdf_case(26, "bomb", bomb, "hold", "limit_ratio"),
    pdf_case(27, "also-zip", also_zip, code="trailing_data"),
    pdf_case(27, "junk-before", lambda text: f"{text}\n".encode() * 12 + plain(), code="trailing_data"),
    pdf_case(28, "after-the-end", lambda text: plain() + text.encode(), code="trailing_data"),
    pdf_case(
        28, "between-objects", lambda t: plain().replace(b"endobj\n", b"endobj\n" + t.encode() + b"\n", 1), "read"
    ),
]
