"""The command `sharelight`: parse, call one function, end in the right exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from ..errors import SharelightError


def main() -> NoReturn:
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """The exit code of the command line `arguments`. Whatever goes wrong, it is not 0."""
    from .app import app

    # An option with an optional value, written as GNU and gitleaks write it.
    given = ["--redact=100" if argument == "--redact" else argument for argument in arguments]
    try:
        app(given, prog_name="sharelight")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except SharelightError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last line of defence: a fault is an error, never "shareable"
        if "-v" in arguments or "--verbose" in arguments:
            import traceback

            traceback.print_exc()
        return _fail(f"internal error: {type(error).__name__} (-v shows where)", 2)
    return 0


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"sharelight: {message}\n")
    return code
