"""Loads, before any lockdown, what a reader might otherwise import in the middle of a document.

A child cannot import: as root it becomes another user to whom the libraries may not even be visible. Readers import at
their top; the standard library does not always, so what it is known to load on first use is named here.
"""

from __future__ import annotations

import codecs
import importlib
import pkgutil
from collections.abc import Iterable

_ON_FIRST_USE = (
    "_strptime", "ast", "base64", "binascii", "bisect", "bz2", "calendar", "copy", "copyreg", "csv",
    "ctypes.util", "datetime", "decimal", "difflib", "fractions", "functools", "getpass", "gzip", "hashlib",
    "heapq", "hmac", "html.entities", "html.parser", "inspect", "io", "ipaddress", "json.decoder", "linecache",
    "locale", "lzma", "mimetypes", "numbers", "operator", "optparse", "pathlib", "pickletools", "platform",
    "plistlib", "pprint", "queue", "quopri", "random", "secrets", "shutil", "signal", "statistics", "string",
    "stringprep", "struct", "tarfile", "tempfile", "textwrap", "threading", "timeit", "token", "tokenize",
    "traceback", "typing", "unicodedata", "urllib.parse", "urllib.request", "uuid", "warnings", "weakref",
    "xml.dom.minidom", "xml.etree.ElementTree", "xml.parsers.expat", "xml.sax.expatreader", "zipfile", "zlib",
    "zoneinfo",
)  # fmt: skip
_WINDOWS_ONLY = ("mbcs", "oem")


def load(readers: Iterable[object], profile: str) -> None:
    """Import the standard library's late imports, every codec, and whatever each reader asks for in its `warm`."""
    for name in _ON_FIRST_USE:
        importlib.import_module(name)
    _submodules("email")
    for name in _submodules("encodings", skip=_WINDOWS_ONLY):
        if name != "aliases":
            codecs.lookup(name)
    for reader in readers:
        warm = getattr(reader, "warm", None)
        if warm is not None:
            warm(profile)


def _submodules(package: str, skip: Iterable[str] = ()) -> list[str]:
    """Import every direct submodule of `package`; their names."""
    path = importlib.import_module(package).__path__
    names = [module.name for module in pkgutil.iter_modules(path) if module.name not in skip]
    for name in names:
        importlib.import_module(f"{package}.{name}")
    return names
