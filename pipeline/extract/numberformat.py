"""Shows a spreadsheet's number the way its format does, so that the text says what the sheet shows.

A small part of ECMA-376 part 1, 18.8.30/31: dates, times, percentages, decimals, thousands, literal text. What it does
not know it shows as the plain number: digits are never lost.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    48: "0.0E+0",
}
_DATES = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
_TIMES = {18, 19, 20, 21, 45, 46, 47}
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.')
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)


def code_of(identifier: int, custom: dict[int, str]) -> str:
    """The format code; dates and times of the built-in list come as `yyyy-mm-dd` and `hh:mm:ss`."""
    if identifier in custom:
        return custom[identifier]
    if identifier in _DATES:
        return "yyyy-mm-dd hh:mm" if identifier == 22 else "yyyy-mm-dd"
    return "hh:mm:ss" if identifier in _TIMES else _BUILT_IN.get(identifier, "General")


def hides(code: str) -> bool:
    """Whether the format shows nothing at all (`;;;`)."""
    return ";" in code and not code.replace(";", "").strip()


def shown(raw: str, code: str, *, epoch_1904: bool = False) -> str:
    """`raw` (as stored) under the format `code`; `raw` itself where either is beyond this reader."""
    try:
        value = float(raw)
    except ValueError:
        return raw
    if not math.isfinite(value):
        return raw
    section = _section(code, value)
    plain = _LITERAL.sub("", section)
    if re.search(r"[ymdhs]", plain, re.IGNORECASE) and "general" not in plain.lower():
        return _moment(value, plain.lower(), epoch_1904=epoch_1904) or raw
    if not re.search(r"[0#?]", plain):
        return _general(value, raw)
    literals = [
        quoted or escaped for quoted, escaped in _LITERAL.findall(section) if any(map(str.isalnum, quoted or escaped))
    ]
    number = _decimal(value, plain)
    return " ".join([number, *literals]) if literals else number


def _section(code: str, value: float) -> str:
    sections = code.split(";")
    if value < 0 and len(sections) > 1:
        return "-" + sections[1] if not re.search(r"[-(]", sections[1]) else sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]


def _general(value: float, raw: str) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}" if re.fullmatch(r"-?\d*\.\d{10,}(?:[eE][-+]?\d+)?", raw) else raw


def _decimal(value: float, plain: str) -> str:
    decimals = re.search(r"\.([0#?]+)", plain)
    places = len(decimals.group(1)) if decimals else 0
    if "e" in plain.lower():
        return f"{value:.{places}E}"
    percent = "%" in plain
    comma = "," if re.search(r"[#0],[#0]", plain) else ""
    text = f"{abs(value) * (100 if percent else 1):{comma}.{places}f}"
    return ("-" if value < 0 else "") + text + ("%" if percent else "")


def _moment(value: float, plain: str, *, epoch_1904: bool) -> str:
    try:
        moment = (_EPOCH_1904 if epoch_1904 else _EPOCH) + timedelta(days=value, microseconds=500_000)
    except OverflowError:
        return ""
    moment = moment.replace(microsecond=0)
    date, time = re.search(r"[yd]|mmm", plain), re.search(r"[hs]", plain)
    if date or not time:
        return moment.strftime("%Y-%m-%d %H:%M" if time else "%Y-%m-%d")
    return moment.strftime("%H:%M:%S")
