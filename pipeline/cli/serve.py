"""`sharelight serve`, `worker` and `demo`: the review on the web, and what checks the documents for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..settings import Settings

Port = Annotated[int, typer.Option(min=1, max=65535, help="On this machine.")]
Host = Annotated[str, typer.Option(help="Other machines reach it only through a proxy that speaks TLS.")]


def serve(
    ctx: typer.Context,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    policy: opt.Policy = None,
    config: opt.Config = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Check documents, too, beside it.")] = True,
) -> None:
    """Open the review on the web. It parses nothing: a worker of its own, or `sharelight worker`, reads documents."""
    from .session import settings_of

    settings = settings_of(ctx)
    with _worker_beside(settings) if worker else _nobody():
        _serve(settings, host, port)


def worker(
    ctx: typer.Context, policy: opt.Policy = None, registers: opt.Registers = None, models: opt.Models = None,
    config: opt.Config = None, weak_sandbox: opt.WeakSandbox = None, quiet: opt.Quiet = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True, help="End when it ends.")] = False,
) -> None:  # fmt: skip
    """Check what the web took in, one document after the other, until it is stopped."""
    from .. import worker as working
    from ..sandbox import Sandbox
    from ..scan import load_kit
    from .session import key_of, note, opened_store, settings_of

    settings, key = settings_of(ctx), key_of(quiet=quiet)
    with opened_store(settings) as store, Sandbox(settings.limits(), allow_weak=settings.weak_sandbox) as sandbox:
        kit = load_kit(settings, sandbox, key=key)
        note("waiting for documents", quiet=quiet)
        parent = os.getppid()
        working.work(store, kit, key, until=lambda: with_parent and os.getppid() != parent)


def demo(
    ctx: typer.Context,
    port: Port = 8000,
    folder: Annotated[
        Path | None, typer.Argument(help="Documents to fill it with; the outbox of a checkout otherwise.")
    ] = None,
    config: opt.Config = None,
) -> None:
    """Open a review over a scratch database with two people and a small audit in it, to look around in."""
    from ..errors import UsageError
    from ..settings import data_folder
    from .session import note, settings_of

    outbox = folder or data_folder("rules").parent / "fixtures" / "outbox"
    if not outbox.is_dir():
        raise UsageError(f"{outbox}: no such folder: name one with documents")
    with tempfile.TemporaryDirectory(prefix="sharelight-demo-") as scratch:
        url = f"sqlite:///{Path(scratch) / 'demo.db'}"
        settings = settings_of(ctx).model_copy(update={"database_url": url})
        names = _people(settings)
        _run("scan", str(outbox), "-f", "jsonl", "-o", str(Path(scratch) / "rows.jsonl"), url=url)
        for name, password in names:
            note(f"sign in as {name!r} with {password!r}")
        with _worker_beside(settings):
            _serve(settings, "127.0.0.1", port)


def _people(settings: Settings) -> list[tuple[str, str]]:
    """Two people with passwords of this run alone: one who asks, one who approves."""
    import secrets

    from ..web.passwords import hashed
    from .session import opened_store

    names = [(name, secrets.token_urlsafe(12)) for name in ("robin", "sasha")]
    with opened_store(settings) as store:
        for name, password in names:
            store.people.add(name, roles=["reviewer", "releaser", "policy"], password=hashed(password), by="demo")
    return names


def _serve(settings: Settings, host: str, port: int) -> None:
    from .. import policy as rules
    from ..errors import MissingExtra
    from ..settings import signing_key
    from .session import note, opened_store

    try:
        import multipart  # noqa: F401 - forms need it, and FastAPI says so late
        import uvicorn

        from ..web.app import create_app
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "web") from None
    loaded = rules.load(settings.policy)
    with opened_store(settings) as store:
        app = create_app(store, settings, loaded, signing=signing_key())
        note(f"http://{'localhost' if host == '127.0.0.1' else host}:{port}")
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)


@contextmanager
def _worker_beside(settings: Settings) -> Iterator[None]:
    """A worker in a process of its own, which ends with us."""
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "worker",
        "--quiet",
        "--with-parent",
        "--policy",
        str(settings.policy),
    ]
    command += ["--models", str(settings.models)] + (["--weak-sandbox"] if settings.weak_sandbox else [])
    process = subprocess.Popen(command, env={**os.environ, "SHARELIGHT_DATABASE_URL": settings.database_url})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _nobody() -> Iterator[None]:
    yield


def _run(*arguments: str, url: str) -> None:
    command = [sys.executable, "-m", "pipeline.cli", *arguments]
    subprocess.run(command, env={**os.environ, "SHARELIGHT_DATABASE_URL": url}, check=False)
