"""Byte signatures of the formats we read or name, and the media types that a file extension stands for."""

from __future__ import annotations

import re

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_BINARY = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
ODF = "application/vnd.oasis.opendocument."
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
OLE = "application/x-ole-storage"
OLE_ENCRYPTED = "application/x-ole-encrypted"
ZIP = "application/zip"
EPUB = "application/epub+zip"
PYTORCH, NPZ = "application/x-pytorch", "application/x-npz"

# (offset, bytes, media type); the first hit counts
_AT: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"PK\x07\x08", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (0, b"GGUF", "application/x-gguf"),
    (0, b"\x93NUMPY", "application/x-npy"),
    (0, b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"OTTO", "font/otf"),
    (0, b"\x00\x01\x00\x00\x00", "font/ttf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (0, b"\x01\x00\x09\x00\x00\x03", "image/wmf"),
    (40, b" EMF", "image/emf"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "application/onenote"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),
    (0, b"ITSF", "application/vnd.ms-htmlhelp"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\x60\xea", "application/x-arj"),
    (32769, b"CD001", "application/x-iso9660-image"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x95}(\]c\x8c)K]", re.DOTALL)
_CMS = re.compile(rb"\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02-\x06]", re.DOTALL)
_PDF_LATE = re.compile(rb"%PDF-\d\.\d")
PDF_HEADER_WINDOW = 1024  # readers accept junk before the header up to here


def match(data: bytes) -> str:
    """The media type that the first bytes prove, or an empty string."""
    for offset, magic, media_type in _AT:
        if data.startswith(magic, offset):
            return media_type
    return _boxed(data) or _structured(data)


def _boxed(data: bytes) -> str:
    """Formats whose signature needs a second look: RIFF, ISO media, BMP, icons, MZ."""
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "image/heif" if brand[:3] in (b"hei", b"hev", b"mif", b"avi") else "video/mp4"
    if data[:2] == b"BM" and len(data) > 26 and int.from_bytes(data[2:6], "little") in (0, len(data)):
        return "image/bmp"
    if data[:4] == b"\x00\x00\x01\x00" and 0 < int.from_bytes(data[4:6], "little") < 256:
        return "image/vnd.microsoft.icon"
    if data[:2] == b"MZ" and len(data) > 64:
        return "application/vnd.microsoft.portable-executable"
    return ""


def _structured(data: bytes) -> str:
    """Formats known by their structure: safetensors, pickle, an old tar, a PDF behind junk."""
    size = int.from_bytes(data[:8], "little")
    if 2 <= size <= len(data) - 8 and data[8:9] == b"{" and data[8 : 8 + size].rstrip().endswith(b"}"):
        return "application/x-safetensors"
    if _PICKLE.match(data):
        return "application/x-pickle"
    if _CMS.match(data):
        return "application/pkcs7-mime"
    if len(data) >= 512 and len(data) % 512 == 0 and _tar_checksum(data[:512]):
        return "application/x-tar"
    if _PDF_LATE.search(data, 0, PDF_HEADER_WINDOW + 8):
        return "application/pdf"
    return ""


def _tar_checksum(header: bytes) -> bool:
    """Whether a pre-POSIX tar header carries its own sum (no magic to go by)."""
    field = header[148:156].strip(b" \0")
    if not field or not re.fullmatch(rb"[0-7]+", field):
        return False
    return int(field, 8) == sum(header) - sum(header[148:156]) + 8 * 32
