"""Reads the cell values of binary and OpenDocument workbooks through calamine, one part a sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import python_calamine

from pipeline.extract.parts import PartBuilder
from pipeline.types import Gap, Notice, Part, Where


def sheets(data: bytes, path: str) -> Iterator[Part | Gap | Notice]:
    """Every sheet of every state; a workbook or sheet that calamine cannot read is a gap."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except BaseException as error:  # noqa: BLE001 - sorted out in _gap
        yield _gap(error, path)
        return
    for number, sheet in enumerate(workbook.sheets_metadata, start=1):
        place = f"sheet/{number}"
        hidden = sheet.visible != python_calamine.SheetVisibleEnum.Visible
        if hidden:
            yield Notice(code="hidden_part", path=place, visibility="hidden", detail=f"sheet {sheet.name!r} is hidden")
        if sheet.typ == python_calamine.SheetTypeEnum.MacroSheet:
            yield Notice(code="macros", path=place, detail="a sheet of Excel 4 macros")
        builder = PartBuilder(
            kind="table", path=place, visibility="hidden" if hidden else "visible", where=Where(sheet=sheet.name)
        )
        try:
            _rows(workbook.get_sheet_by_name(sheet.name), builder)
        except BaseException as error:  # noqa: BLE001 - sorted out in _gap
            gap = _gap(error, place)
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                yield gap
        yield from builder.parts()


def _gap(error: BaseException, path: str) -> Gap:
    """A gap for what calamine raises; its panics derive from BaseException, and anything else of that kind goes on."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    return Gap(stage="extract", code="damaged", path=path, detail=str(error))


def _rows(sheet: python_calamine.CalamineSheet, builder: PartBuilder) -> None:
    start = sheet.start or (0, 0)
    for number, row in enumerate(sheet.iter_rows(), start=start[0] + 1 if sheet.start else 1):
        texts = [text for text in (shown(value) for value in row) if text]
        builder.add(
            " | ".join(texts),
            role="row" if builder else "header_row",
            where=Where(sheet=sheet.name, cell=f"A{number}"),
        )


def shown(value: object) -> str:
    """A value as a sheet would show it under the general format."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).strip() if value is not None else ""
