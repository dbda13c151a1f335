"""Says what type of file some bytes are, by their content; the name only tells text types apart."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.extract import containers, signatures, texttypes, weights_sniff

UNKNOWN = "application/octet-stream"
_FAMILIES: dict[str, tuple[str, ...]] = {
    signatures.WORD: (".docx", ".docm", ".dotx", ".dotm"),
    signatures.SLIDES: (".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm", ".sldx"),
    signatures.SHEET: (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlam"),
    signatures.SHEET_BINARY: (".xlsb",),
    signatures.ODF + "text": (".odt", ".ott", ".odm"),
    signatures.ODF + "spreadsheet": (".ods", ".ots"),
    signatures.ODF + "presentation": (".odp", ".otp"),
    signatures.DOC: (".doc", ".dot"),
    signatures.XLS: (".xls", ".xlt"),
    signatures.PPT: (".ppt", ".pps", ".pot"),
    signatures.MSG: (".msg", ".oft"),
    signatures.EPUB: (".epub",),
    signatures.FLAT_ODF: (".fodt", ".fods", ".fodp", ".fodg", ".xml"),
    signatures.FLAT_PACKAGE: (".xml",),
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf", ".doc"),
    "application/vnd.ms-tnef": (".tnef", ".dat"),
    "application/x-tar": (".tar",),
    "application/gzip": (".gz", ".tgz"),
    "application/x-bzip2": (".bz2", ".tbz2"),
    "application/x-xz": (".xz", ".txz"),
    "application/x-lzma": (".lzma",),
    "application/zstd": (".zst",),
    "application/x-7z-compressed": (".7z",),
    "application/vnd.rar": (".rar",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/tiff": (".tif", ".tiff"),
    "image/webp": (".webp",),
    "image/bmp": (".bmp",),
    "application/zip": (".zip", ".zipx"),
    "text/html": (".html", ".htm", ".xhtml"),
    "message/rfc822": (".eml", ".emlx", ".mht", ".mhtml"),
    "application/json": (".json",),
    "application/xml": (".xml",),
    "application/mbox": (".mbox", ".mbx", ".eml"),  # some programs put the separator before a single mail
    "image/svg+xml": (".svg", ".xml"),
    "application/pkcs7-mime": (".p7m", ".p7s", ".p7c"),
    "application/postscript": (".ps", ".eps"),
}
_SEALED = (signatures.WORD, signatures.SLIDES, signatures.SHEET, signatures.SHEET_BINARY)
_FAMILIES[signatures.OLE_ENCRYPTED] = tuple(extension for kind in _SEALED for extension in _FAMILIES[kind])
_CLAIMS: dict[str, frozenset[str]] = {
    extension: frozenset(kind for kind, extensions in _FAMILIES.items() if extension in extensions)
    for extensions in _FAMILIES.values()
    for extension in extensions
}


def sniff(data: bytes, name: str, declared: str = "") -> str:
    """The media type of `data`. `declared` (a mail part's Content-Type) helps where content alone is plain text."""
    found = weights_sniff.match(data) or signatures.match(data)
    if found == signatures.ZIP:
        return containers.inside_zip(data)
    if found == signatures.OLE:
        return containers.inside_ole(data)
    if found:
        return found
    if texttypes.looks_like_text(data) or texttypes.is_mail(data):
        return texttypes.text_type(data, name, declared)
    return UNKNOWN


def mismatch(media_type: str, name: str) -> bool:
    """Whether the name claims a type that the content is not; one name of text is as good as another."""
    extension = PurePosixPath(name.lower()).suffix
    claimed = _CLAIMS.get(extension)
    if claimed is not None:
        return media_type not in claimed
    return extension in (".txt", ".log", *texttypes.BY_EXTENSION) and not texttypes.is_text(media_type)
