"""Looks inside ZIP and OLE containers to say which document they hold."""

from __future__ import annotations

import io
import re
import struct
import zipfile

import olefile

from pipeline.extract import signatures as types
from pipeline.extract.unpacking import ERRORS

_CONTENT_TYPES = (
    (b"wordprocessingml", types.WORD),
    (b"ms-word", types.WORD),
    (b"presentationml", types.SLIDES),
    (b"ms-powerpoint", types.SLIDES),
    (b"sheet.binary", types.SHEET_BINARY),
    (b"spreadsheetml", types.SHEET),
    (b"ms-excel", types.SHEET),
)
_MAIN = re.compile(rb'ContentType="([^"]*(?:main\+xml|sheet\.binary\.macroEnabled\.main))"', re.IGNORECASE)
_FOLDERS = (("word/", types.WORD), ("ppt/", types.SLIDES), ("xl/", types.SHEET))
_STREAMS = (
    ("encryptedpackage", types.OLE_ENCRYPTED),
    ("worddocument", types.DOC),
    ("powerpoint document", types.PPT),
    ("workbook", types.XLS),
    ("book", types.XLS),
)


def inside_zip(data: bytes) -> str:
    """OOXML, ODF, EPUB, PyTorch, NPZ or plain ZIP. A ZIP whose directory cannot be read stays a ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            return _by_mimetype(archive, names) or _ooxml(archive, names) or _artefact(names) or types.ZIP
    except (zipfile.BadZipFile, *ERRORS, NotImplementedError, struct.error):
        return _by_local_names(data)


def _by_mimetype(archive: zipfile.ZipFile, names: list[str]) -> str:
    """ODF and EPUB say what they are in a stored first member."""
    if "mimetype" not in names:
        return ""
    with archive.open("mimetype") as member:
        declared = member.read(120).decode("ascii", "replace").strip()
    if declared == types.EPUB:
        return declared
    if declared.startswith(types.ODF):
        return declared.removesuffix("-template").removesuffix("-master").removesuffix("-web")
    return ""


def _ooxml(archive: zipfile.ZipFile, names: list[str]) -> str:
    listing = next((name for name in names if name.lower() == "[content_types].xml"), None)
    if listing is None:
        return ""
    with archive.open(listing) as member:
        content = member.read(1 << 20).replace(b"\0", b"")
    for main in _MAIN.findall(content):
        for mark, media_type in _CONTENT_TYPES:
            if mark.lower() in main.lower():
                return media_type
    return _by_folder(names)


def _by_folder(names: list[str]) -> str:
    lowered = [name.lower().lstrip("/") for name in names]
    return next((kind for folder, kind in _FOLDERS if any(name.startswith(folder) for name in lowered)), "")


def _artefact(names: list[str]) -> str:
    if any(name.endswith(("/data.pkl", "/constants.pkl")) or name == "data.pkl" for name in names):
        return types.PYTORCH
    arrays = any(name.endswith(".npy") for name in names)
    return types.NPZ if arrays and all(name.endswith((".npy", "/")) for name in names) else ""


def _by_local_names(data: bytes) -> str:
    """Without a directory (cut off?) the local headers tell; the reader of that type then says what is missing."""
    head = data[: 1 << 16]
    if b"[Content_Types].xml" in head:
        return next((kind for folder, kind in _FOLDERS if folder.encode() in data), types.ZIP)
    if head[30:38] == b"mimetype":
        found = re.match(
            rb"application/(?:vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation|graphics)|epub\+zip)",
            head[38:],
        )
        return found.group().decode() if found else types.ZIP
    return types.ZIP


def inside_ole(data: bytes) -> str:
    """Word, Excel, PowerPoint, Outlook, encrypted OOXML, or an OLE storage of another kind."""
    try:
        with olefile.OleFileIO(data) as ole:
            streams = {"/".join(path).lower() for path in ole.listdir(streams=True, storages=True)}
    except Exception:  # noqa: BLE001 - olefile raises anything on a damaged directory; the reader of OLE reports it
        return types.OLE
    if "__properties_version1.0" in streams:
        return types.MSG
    return next((kind for stream, kind in _STREAMS if stream in streams), types.OLE)
