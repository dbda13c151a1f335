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
FLAT_ODF = ODF + "text-flat-xml"
FLAT_PACKAGE = "application/vnd.openxmlformats-officedocument.flat-opc"
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
    (0, b"PK00PK\x03\x04", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (0, b"WARC/", "application/warc"),
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
    (32769, b"BEA01", "application/x-udf-image"),
    # archives and compressed streams that nobody here unpacks; naming them keeps a small one from passing for text
    (0, b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (0, b"ISc(", "application/x-installshield-cab"),
    (0, b"\x1f\x9d", "application/x-compress"),
    (0, b"\x1f\xa0", "application/x-compress"),
    (0, b"\x1f\x1e", "application/x-pack"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"\x02\x21\x4c\x18", "application/x-lz4"),
    (0, b"\xff\x06\x00\x00sNaPpY", "application/x-snappy-framed"),
    (0, b"LZIP\x01", "application/x-lzip"),
    (0, b"\x89LZO\0\r\n\x1a\n", "application/x-lzop"),
    (0, b"RE~^", "application/vnd.rar"),
    (7, b"**ACE**", "application/x-ace-compressed"),
    (20, b"\xdc\xa7\xc4\xfd", "application/x-zoo"),
    (0, b"!<arch>\n", "application/x-archive"),
    (0, b"\xed\xab\xee\xdb", "application/x-rpm"),
    (0, b"xar!\0", "application/x-xar"),
    (0, b"SIT!", "application/x-stuffit"),
    (0, b"StuffIt (c)", "application/x-stuffit"),
    (0, b"WARC/0.", "application/warc"),
    (0, b"WARC/1.", "application/warc"),
    # disks, databases, mail stores, drawings
    (0, b"conectix", "application/x-virtualbox-vhd"),
    (0, b"vhdxfile", "application/x-virtualbox-vhdx"),
    (0, b"KDMV", "application/x-vmdk"),
    (0, b"QFI\xfb", "application/x-qemu-disk"),
    (0, b"hsqs", "application/x-squashfs"),
    (0, b"\x00\x01\x00\x00Standard Jet DB", "application/x-msaccess"),
    (0, b"\x00\x01\x00\x00Standard ACE DB", "application/x-msaccess"),
    (0, b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", "application/onenote"),
    (0, b"HWP Document File", "application/x-hwp"),
    (0, b"\xffWPC", "application/vnd.wordperfect"),
)
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_PATTERNS = (
    (re.compile(rb".{2}-(?:lh|lz|pm)[0-9a-z]-", re.DOTALL), "application/x-lzh-compressed"),
    (
        re.compile(rb"070707[0-7]{70}|07070[12][0-9A-Fa-f]{104}"),
        "application/x-cpio",
    ),
    (re.compile(rb"AC10[0-9]{2}[.0-9]?\0"), "image/vnd.dwg"),
)
# ContentInfo of RFC 5652: a SEQUENCE with a length in any form, then its type (PKCS #7, compressed, authenticated)
_CMS = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83.{3}|\x84.{4})"
    rb"\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x01-\x06]|\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01[\x02\x09\x17])",
    re.DOTALL,
)
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
    if data[:2] == b"BM" and data[6:10] == bytes(4) and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "image/bmp"
    if data[:4] == b"\x00\x00\x01\x00" and 0 < int.from_bytes(data[4:6], "little") < 256:
        return "image/vnd.microsoft.icon"
    if data[:2] == b"MZ" and len(data) > 64:
        return "application/vnd.microsoft.portable-executable"
    return ""


def _structured(data: bytes) -> str:
    """Formats known by their structure: an old tar, a PDF behind junk (weights: see `weights_sniff`)."""
    for pattern, media_type in _PATTERNS:
        if pattern.match(data):
            return media_type
    if _lzma_alone(data):
        return "application/x-lzma"
    if data[-512:-504] == b"conectix" or data[-512:-508] == b"koly":
        return "application/x-disk-image"
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


def _lzma_alone(data: bytes) -> bool:
    """Whether a header of the old LZMA format stands there, by the rules of its reader: it has no signature."""
    if len(data) < 18 or data[0] >= 9 * 5 * 5 or data[13]:
        return False
    window, size = int.from_bytes(data[1:5], "little"), int.from_bytes(data[5:13], "little")
    bits = window.bit_length() - 1
    return window >= 4096 and window in (1 << bits, 3 << bits - 1) and (size < 1 << 38 or size == (1 << 64) - 1)
