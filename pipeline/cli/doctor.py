"""`sharelight doctor`: whether everything that a verdict rests on is in order on this machine."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

import typer

from . import options as opt


def doctor(ctx: typer.Context, policy: opt.Policy = None, models: opt.Models = None, config: opt.Config = None) -> None:
    """Check the rules, the model, the sandbox and the key. Exit 0: all in order; 2: something is not."""
    from .session import settings_of

    settings = settings_of(ctx)
    checks: dict[str, Callable[[], str]] = {
        "system": lambda: f"Python {platform.python_version()}, {platform.system()} {platform.release()}",
        "key": _key,
        "rules": lambda: _rules(settings.policy),
        "registers": lambda: _registers(settings.registers or settings.policy / "registers"),
        "detectors": lambda: _detectors(settings.policy, settings.registers, settings.models),
        "sandbox": lambda: _sandbox(settings),
        "pictures": _pictures,
    }
    broken = [name for name, check in checks.items() if not _report(name, check)]
    raise typer.Exit(2 if broken else 0)


def _report(name: str, check: Callable[[], str]) -> bool:
    from ..errors import SharelightError

    try:
        said, fine = check(), True
    except SharelightError as error:
        said, fine = str(error), False
    except Exception as error:  # noqa: BLE001 - a doctor names every ailment instead of dying of the first
        said, fine = f"{type(error).__name__}: {error}", False
    typer.echo(f"{'ok ' if fine else 'BAD'}  {name:<10} {said}")
    return fine


def _key() -> str:
    from .. import settings

    key = settings.installation_key()
    return f"only for this run: {key.warning}" if key.warning else str(settings.config_folder() / settings.KEY_FILE)


def _rules(folder: Path) -> str:
    from .. import policy

    rules = policy.load(folder)
    return f"policy {rules.version}, {len(rules.categories)} categories, {len(rules.patterns)} patterns, {folder}"


def _registers(folder: Path) -> str:
    from .. import registers

    loaded = registers.load(folder)
    return (
        f"{len(loaded.models)} models, {len(loaded.public)} public documents, {len(loaded.files)} public files, "
        f"{len(loaded.consent)} consents, {folder}"
    )


def _detectors(rules: Path, entries: Path | None, models: Path) -> str:
    from .. import policy, registers
    from ..detect import DETECTORS, Detectors

    detectors = Detectors(policy.load(rules), registers.load(entries or rules / "registers"), models, b"\0" * 32)
    model = f"model {detectors.model_version}" if detectors.model_version else "no model"
    return f"{', '.join(DETECTORS)}; {model}, {models}"


def _sandbox(settings: object) -> str:
    from ..sandbox import Sandbox
    from ..settings import Settings
    from ..types import Blob

    assert isinstance(settings, Settings)
    with Sandbox(settings.limits(), allow_weak=settings.weak_sandbox) as sandbox:
        document = sandbox.read(Blob.of(b"A line of text to read.", name="probe.txt"))
        if not document.parts:
            raise RuntimeError(f"the probe was not read: {[gap.code for gap in document.gaps]}")
        return f"grade {sandbox.grade}; reads documents in a process of its own"


def _pictures() -> str:
    import importlib.util

    missing = [name for name in ("rapidocr", "onnxruntime") if importlib.util.find_spec(name) is None]
    return "not read (pip install 'sharelight[ocr]'); they count as unread" if missing else "read by rapidocr"
