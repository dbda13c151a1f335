"""Office packages that hide text in parts, wrappings, encodings and the archive itself (rows 30 and 42 to 78)."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from collections.abc import Callable

import msoffcrypto.format.ooxml

from tests.hostile import office_making as make
from tests.hostile.office_making import NAMESPACES, beside, office_case, paragraph, word
from tests.hostile.office_records import emf, ole, ole_native, vba_module

Make = Callable[[str], bytes]


def encrypted(password: str) -> Make:
    def build(text: str) -> bytes:
        bulk = "".join(f"<a b='{digits}'/>" for digits in _digits(2000))  # short files come out of msoffcrypto damaged
        plain = word(paragraph(text), parts={"word/bulk.xml": f"<n>{bulk}</n>"})
        out = io.BytesIO()
        msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(plain)).encrypt(password, out)
        return out.getvalue()

    return build


def _digits(count: int) -> list[int]:
    chance = random.Random(7)
    return [chance.getrandbits(62) for _ in range(count)]


def embedded(data: Make, name: str) -> Make:
    return lambda text: beside(f"word/embeddings/{name}", data(text), "package", "application/octet-stream")


def medium(name: str, content_type: str) -> Make:
    return lambda text: beside(name, text, "media", content_type)


def chunk(name: str, pattern: str) -> Make:
    return lambda text: beside(f"word/{name}", pattern.format(text), "aFChunk", "text/html")


def macros(text: str) -> bytes:
    project = ole({"VBA/Module1": vba_module(f'Sub Note()\r\n  x = "{text}"\r\nEnd Sub\r\n')})
    return beside("word/vbaProject.bin", project, "vbaProject", "application/vnd.ms-office.vbaProject")


def _document(text: str) -> str:
    return f"<w:document {NAMESPACES}><w:body>{paragraph(text)}</w:body></w:document>"


def packed_drawing(text: str) -> bytes:
    inner = base64.b64encode(make.package({"drs/a.xml": f"<a>{text}</a>"}, {}, main="drs/a.xml")).decode()
    return word(f"<w:p><w:r><w:pict><v:shape o:gfxdata='{inner}'/></w:pict></w:r></w:p>")


def rezipped(data: bytes, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        change(archive)
    return out.getvalue()


def duplicate(text: str) -> bytes:
    document = f"<w:document {NAMESPACES}><w:body>{paragraph('Minutes.')}</w:body></w:document>"
    return rezipped(word(paragraph(text)), lambda archive: archive.writestr("word/document.xml", document))


def other_header(text: str) -> bytes:
    data = word(paragraph(text))
    return data.replace(b"word/document.xml", b"word/documenU.xml", 1)


def unlisted_member(text: str) -> bytes:
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("note.txt", text)
    member = hidden.getvalue()[: hidden.getvalue().index(b"PK\x01\x02")]
    return member + word(paragraph("Nothing to add."))


def wrong_checksum(text: str) -> bytes:
    data = bytearray(word(paragraph(text)))
    at = data.rindex(b"PK\x01\x02")
    data[at + 16] ^= 0xFF
    return bytes(data)


def bomb(text: str) -> bytes:
    return beside("word/media/blank.xml", b"<a>" + b" " * 60_000_000 + b"</a>", "customXml")


def dtd(text: str) -> bytes:
    declaration = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
    return word("", parts={"word/document.xml": declaration + _document(text)})


def deep(text: str) -> bytes:
    return word("<w:sdt>" * 400 + paragraph(text) + "</w:sdt>" * 400)


def strict(text: str) -> bytes:
    document = _document(text).replace(make.WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    return word("", parts={"word/document.xml": document})


def utf16(text: str) -> bytes:
    document = '<?xml version="1.0" encoding="UTF-16"?>' + _document(text)
    return word("", parts={"word/document.xml": document.encode("utf-16")})


def upper_case(text: str) -> bytes:
    return make.package(
        {"WORD/DOCUMENT.XML": _document(text)},
        {"word/document.xml": "wordprocessingml.document.main+xml"},
        main="word/document.xml",
    )


def other_name(text: str) -> bytes:
    document = _document(text)
    return make.package(
        {"content/a.xml": document}, {"content/a.xml": "wordprocessingml.document.main+xml"}, main="content/a.xml"
    )


def custom_property(text: str) -> bytes:
    value = f'<Properties><property name="Remark"><lpwstr>{text}</lpwstr></property></Properties>'
    return beside("docProps/custom.xml", value, content_type="custom-properties+xml")


CASES = [
    office_case(30, "password", encrypted("x"), expect="hold", code="encrypted"),
    office_case(30, "published-password", encrypted("VelvetSweatshop")),
    office_case(42, "package", embedded(lambda t: word(paragraph(t)), "inner.docx")),
    office_case(42, "ole-native", embedded(lambda t: ole_native(t.encode(), "note.txt"), "oleObject1.bin")),
    office_case(42, "unknown-class", embedded(lambda t: ole({"Drawing": t.encode()}), "oleObject1.bin"), expect="hold"),
    office_case(43, "html-chunk", chunk("afchunk.htm", "<html><body><p>{}</p></body></html>")),
    office_case(43, "rtf-chunk", chunk("part7.rtf", r"{{\rtf1\ansi {}}}")),
    office_case(44, "unreferenced", lambda t: beside("word/stray.xml", f"<note>{t}</note>")),
    office_case(44, "unreferenced-text", lambda t: beside("word/stray.bin", t)),
    office_case(44, "duplicate", duplicate, expect="hold", code="duplicate_member"),
    office_case(44, "two-names", other_header, expect="hold", code="duplicate_member"),
    office_case(44, "unlisted", unlisted_member, expect="hold", code="duplicate_member"),
    office_case(45, "macros", macros, "minutes.docm", code="macros"),
    office_case(46, "metafile", lambda t: beside("word/media/image1.emf", emf(t), "image", "image/x-emf")),
    office_case(42, "packed-drawing", packed_drawing),
    office_case(
        47,
        "ink",
        medium("word/ink/ink1.xml", "application/inkml+xml"),
        expect="hold",
        code="unsupported_media",
    ),
    office_case(
        47,
        "sound",
        lambda t: beside("word/media/a.mp3", t, "audio", "audio/mpeg"),
        expect="hold",
        code="unsupported_media",
    ),
    office_case(
        47,
        "font",
        lambda t: beside("word/fonts/a.odttf", t, "font", "application/x-font"),
        expect="hold",
        code="unsupported_media",
    ),
    office_case(49, "as-text", lambda t: word(paragraph(t)), "minutes.txt"),
    office_case(49, "as-picture", lambda t: word(paragraph(t)), "minutes.png", code="type_mismatch"),
    office_case(
        50, "template", lambda t: word(paragraph(t), main_type="wordprocessingml.template.main+xml"), "minutes.dotx"
    ),
    office_case(51, "strict", strict),
    office_case(51, "utf-16", utf16),
    office_case(51, "upper-case", upper_case),
    office_case(51, "main-part-elsewhere", other_name),
    office_case(52, "entities", dtd, expect="hold", code="limit_xml"),
    office_case(52, "depth", deep, expect="hold", code="limit_xml"),
    office_case(75, "bomb", bomb, expect="hold", code="limit_ratio"),
    office_case(76, "checksum", wrong_checksum, expect="hold", code="damaged"),
    office_case(76, "cut", lambda t: word(paragraph(t))[:-400], expect="hold"),
    office_case(78, "comment", lambda t: word("", comment=t.encode())),
    office_case(78, "property", custom_property),
]
