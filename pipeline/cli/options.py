"""The options that several commands share, worded once. None means: not given, so that the settings decide."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FormatName(StrEnum):
    text = "text"
    json = "json"
    jsonl = "jsonl"
    sarif = "sarif"
    junit = "junit"
    csv = "csv"
    md = "md"
    html = "html"


class Plain(StrEnum):
    text = "text"
    json = "json"


class Auto(StrEnum):
    auto = "auto"
    always = "always"
    never = "never"


class ProgressMode(StrEnum):
    auto = "auto"
    on = "on"
    off = "off"
    json = "json"


class Ocr(StrEnum):
    auto = "auto"
    off = "off"
    force = "force"


_REPORT, _RULES, _READING = "Report", "Rules", "Reading"

Formats = Annotated[
    list[FormatName] | None,
    typer.Option("--format", "-f", help="How to report; several with -o FOLDER.", rich_help_panel=_REPORT),
]
TextOrJson = Annotated[Plain, typer.Option("--format", "-f", help="How to write it.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File, or a folder for several formats.", rich_help_panel=_REPORT),
]
Redact = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=100,
        help="Per cent of each quote to hide; bare: all. sarif and junit hide all unless told otherwise.",
        rich_help_panel=_REPORT,
    ),
]
Context = Annotated[int | None, typer.Option(help="Characters to quote around a find.", rich_help_panel=_REPORT)]
Select = Annotated[
    list[str] | None, typer.Option(help="Report this category only (repeatable).", rich_help_panel=_REPORT)
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(help="Leave this category out of the report; verdicts stay.", rich_help_panel=_REPORT),
]
Color = Annotated[Auto | None, typer.Option(help="Colours; NO_COLOR is heeded.", rich_help_panel=_REPORT)]
Progress = Annotated[ProgressMode | None, typer.Option(help="Progress on stderr.", rich_help_panel=_REPORT)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show everything.", rich_help_panel=_REPORT)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No remarks on stderr.", rich_help_panel=_REPORT)]

Audience = Annotated[
    str | None,
    typer.Option(help="Who would receive it, e.g. network, bilateral:PARTNER, public.", rich_help_panel=_RULES),
]
Policy = Annotated[Path | None, typer.Option(help="Folder of the rules.", rich_help_panel=_RULES)]
Registers = Annotated[Path | None, typer.Option(help="Folder of the registers.", rich_help_panel=_RULES)]
Models = Annotated[Path | None, typer.Option(help="Folder of the models.", rich_help_panel=_RULES)]
Config = Annotated[Path | None, typer.Option(help="Settings file instead of sharelight.toml.", rich_help_panel=_RULES)]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Findings do not change the exit code.", rich_help_panel=_RULES)
]
Strict = Annotated[bool, typer.Option("--strict", help="Anything unread is an error (2).", rich_help_panel=_RULES)]

StdinName = Annotated[
    str | None, typer.Option("--stdin-filename", help="Name of what comes in on '-'.", rich_help_panel=_READING)
]
Timeout = Annotated[
    float | None, typer.Option("--document-timeout", help="Seconds for one document.", rich_help_panel=_READING)
]
MaxSize = Annotated[str | None, typer.Option("--max-size", help="Largest file, e.g. 50MB.", rich_help_panel=_READING)]
MaxDepth = Annotated[
    int | None, typer.Option("--max-archive-depth", help="How deep containers are opened.", rich_help_panel=_READING)
]
OcrMode = Annotated[Ocr | None, typer.Option(help="Reading of pictures.", rich_help_panel=_READING)]
WeakSandbox = Annotated[
    bool | None,
    typer.Option("--weak-sandbox", help="Go on where the kernel cannot lock the reader in.", rich_help_panel=_READING),
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Documents side by side.", rich_help_panel=_READING)]
