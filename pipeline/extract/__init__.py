"""The readers, one module a format, in one explicit dict. Runs inside the sandboxed child only.

A reader is a module with `extract`; it may have `warm(profile)`, called once in the zygote, for whatever must be loaded
before the child loses its access to the disk: no import can succeed afterwards. One line a media type, sorted; a type
that is not listed is a gap. Pictures are read in children of profile "ocr", which have other limits (see `lockdown`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from pipeline.extract import (
    archive_7z,
    archive_tar,
    archive_zip,
    compressed,
    delimited,
    doc,
    docx,
    emf,
    eml,
    encrypted,
    epub,
    flatopc,
    html,
    ics,
    image,
    jsondoc,
    mbox,
    msg,
    notebook,
    odf,
    ods,
    p7m,
    pdf,
    ppt,
    pptx,
    rtf,
    text,
    tnef,
    weights_ggml,
    weights_gguf,
    weights_hdf5,
    weights_npy,
    weights_onnx,
    weights_pickle,
    weights_safetensors,
    weights_tfindex,
    weights_tflite,
    weights_torch,
    wmf,
    xls,
    xlsb,
    xlsx,
    xmldoc,
)
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice


class Extractor(Protocol):
    """A module that reads one family of media types."""

    def extract(self, blob: Blob, limits: Limits) -> Iterator[Found]:
        """Yield parts, gaps, notices, and blobs to be read on their own. What was yielded before a crash is kept."""
        ...


EXTRACTORS: dict[str, Extractor] = {
    "application/epub+zip": epub,
    "application/gzip": compressed,
    "application/json": jsondoc,
    "application/mbox": mbox,
    "application/msword": doc,
    "application/pdf": pdf,
    "application/pkcs7-mime": p7m,
    "application/pkcs7-signature": p7m,
    "application/rtf": rtf,
    "application/vnd.ms-excel": xls,
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": xlsb,
    "application/vnd.ms-outlook": msg,
    "application/vnd.ms-powerpoint": ppt,
    "application/vnd.ms-tnef": tnef,
    "application/vnd.oasis.opendocument.chart": odf,
    "application/vnd.oasis.opendocument.formula": odf,
    "application/vnd.oasis.opendocument.graphics": odf,
    "application/vnd.oasis.opendocument.presentation": odf,
    "application/vnd.oasis.opendocument.spreadsheet": ods,
    "application/vnd.oasis.opendocument.text": odf,
    "application/vnd.oasis.opendocument.text-flat-xml": odf,
    "application/vnd.openxmlformats-officedocument.flat-opc": flatopc,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": pptx,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": xlsx,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
    "application/x-7z-compressed": archive_7z,
    "application/x-bzip2": compressed,
    "application/x-ggml": weights_ggml,
    "application/x-gguf": weights_gguf,
    "application/x-hdf5": weights_hdf5,
    "application/x-ipynb+json": notebook,
    "application/x-ndjson": jsondoc,
    "application/x-lzma": compressed,
    "application/x-npy": weights_npy,
    "application/x-npz": weights_npy,
    "application/x-ole-encrypted": encrypted,
    "application/x-onnx": weights_onnx,
    "application/x-pickle": weights_pickle,
    "application/x-pytorch": weights_torch,
    "application/x-safetensors": weights_safetensors,
    "application/x-tar": archive_tar,
    "application/x-tensorflow-index": weights_tfindex,
    "application/x-tensorflow-savedmodel": weights_onnx,
    "application/x-tflite": weights_tflite,
    "application/x-xz": compressed,
    "application/xml": xmldoc,
    "application/zip": archive_zip,
    "application/zstd": compressed,
    "image/bmp": image,
    "image/emf": emf,
    "image/gif": image,
    "image/jp2": image,
    "image/jpeg": image,
    "image/png": image,
    "image/svg+xml": xmldoc,
    "image/tiff": image,
    "image/webp": image,
    "image/wmf": wmf,
    "message/rfc822": eml,
    "text/calendar": ics,
    "text/csv": delimited,
    "text/html": html,
    "text/markdown": text,
    "text/plain": text,
    "text/tab-separated-values": delimited,
    "text/vcard": ics,
    "text/x-source": text,
    "text/x-tex": text,
}

Profile = Literal["parse", "ocr"]
OCR_TYPES = frozenset({"image/bmp", "image/gif", "image/jp2", "image/jpeg", "image/png", "image/tiff", "image/webp"})


def profile_of(media_type: str, limits: Limits) -> Profile:
    """The kind of child that reads `media_type`."""
    return "ocr" if media_type in OCR_TYPES and media_type in EXTRACTORS and limits.ocr != "off" else "parse"
