"""What a run is set to, value by value, with where each value came from.

Flag > SHARELIGHT_… > sharelight.toml > [tool.sharelight] of pyproject.toml > the user's file > default. Nothing else
reads the environment, or knows where the project's data and the user's folder lie.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ByteSize, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from .errors import UsageError
from .limits import Limits, OcrMode

PROJECT_FILE = "sharelight.toml"
KEY_FILE, SIGNING_FILE = "fingerprint.key", "signing.key"
DATABASE_FILE = "sharelight.db"
ACTIVE_FILE = "active"
_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: Literal["rules", "models"]) -> Path:
    """`rules/` or `models/`: inside the wheel where there is one, at the root of the checkout otherwise."""
    packed = _PACKAGE / "_data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


def config_folder() -> Path:
    """The user's folder for settings and the installation key; it need not exist."""
    if chosen := os.environ.get("SHARELIGHT_CONFIG_DIR"):
        return Path(chosen)
    if base := os.environ.get("XDG_CONFIG_HOME"):
        return Path(base) / "sharelight"
    return Path("~").expanduser() / ".config" / "sharelight"


def cache_folder() -> Path:
    """Where what can be made again is kept; it need not exist."""
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "sharelight"
    return Path("~").expanduser() / ".cache" / "sharelight"


def policies_folder() -> Path:
    """Where activated versions of the rules are kept, each in a folder of its name; it need not exist."""
    return config_folder() / "policies"


def activated() -> tuple[str, ...]:
    """The versions that were put in force, one after the other; the last one is in force now.

    Raises UsageError where that cannot be read: the shipped rules must not step in for them.
    """
    listed = policies_folder() / ACTIVE_FILE
    try:
        return tuple(listed.read_text("utf-8").split())
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{listed}: {getattr(error, 'strerror', None) or error}") from None


def _rules() -> Path:
    """The rules in force: the version activated last, else the shipped ones."""
    versions = activated()
    return policies_folder() / versions[-1] if versions else data_folder("rules")


def _models() -> Path:
    return data_folder("models")


def _database() -> str:
    base = os.environ.get("XDG_DATA_HOME")
    folder = Path(base) if base else Path("~").expanduser() / ".local" / "share"
    return f"sqlite:///{folder / 'sharelight' / DATABASE_FILE}"


def store_key() -> bytes | None:
    """The key that encrypts stored texts, 64 hexadecimal digits in SHARELIGHT_STORE_KEY; None where none is given."""
    given = os.environ.get("SHARELIGHT_STORE_KEY", "")
    if not given:
        return None
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise UsageError("SHARELIGHT_STORE_KEY: not 64 hexadecimal digits")
    return key


def _processors() -> int:
    return len(os.sched_getaffinity(0))


class Settings(BaseSettings):
    """Every value that a flag, a variable or a file can set. The description is what `config show` and --help say."""

    model_config = SettingsConfigDict(env_prefix="SHARELIGHT_", extra="forbid", frozen=True)

    policy: Path = Field(default_factory=_rules, description="folder of the rules")
    models: Path = Field(default_factory=_models, description="folder of the trained models")
    registers: Path | None = Field(default=None, description="folder of the registers; that of the rules otherwise")
    audience: str = Field(default="network", description="who would receive the document")
    select: Annotated[tuple[str, ...], NoDecode] = Field(default=(), description="report only these categories")
    ignore: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="leave these categories out of the report"
    )
    redact: int | None = Field(default=None, ge=0, le=100, description="per cent of each quote to hide")
    context: int = Field(default=160, ge=0, le=5000, description="characters of a passage around what was found")
    jobs: int = Field(default_factory=_processors, ge=1, le=256, description="documents scanned side by side")
    document_timeout: float = Field(default=Limits().wall_seconds, gt=0, description="seconds for one document")
    max_size: ByteSize = Field(default=ByteSize(Limits().input_bytes), gt=0, description="largest file that is opened")
    max_archive_depth: int = Field(default=Limits().depth, ge=0, le=32, description="how deep containers are opened")
    ocr: OcrMode = Field(default="auto", description="reading of pictures: auto, off or force")
    weak_sandbox: bool = Field(default=False, description="go on where the kernel cannot lock the reader in")
    database_url: str = Field(default_factory=_database, description="where runs and results are kept")
    store_keep_text: bool = Field(default=True, description="keep the texts that were read, to recognise them again")
    color: Literal["auto", "always", "never"] = Field(default="auto", description="colours on the terminal")
    progress: Literal["auto", "on", "off", "json"] = Field(default="auto", description="progress on stderr")

    @field_validator("select", "ignore", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)  # `load` has merged the sources already, and knows which value came from where

    def limits(self) -> Limits:
        return Limits(
            wall_seconds=self.document_timeout,
            input_bytes=int(self.max_size),
            depth=self.max_archive_depth,
            ocr=self.ocr,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings, and for each name where its value came from ("flag", "SHARELIGHT_JOBS", a file, "default")."""

    settings: Settings
    sources: Mapping[str, str]


def load(flags: Mapping[str, object] | None = None, *, config: Path | None = None) -> Loaded:
    """Merge all sources. Raises UsageError naming the value, its source and what is allowed."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for source, found in _layers(flags or {}, config):
        unknown = sorted(set(found) - set(Settings.model_fields))
        if unknown:
            raise UsageError(f"{source}: unknown setting {unknown[0]!r}{nearest(unknown[0], Settings.model_fields)}")
        for name, value in found.items():
            if name not in values:
                values[name], sources[name] = value, source
    try:
        settings = Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise UsageError(f"{sources.get(name, 'settings')}: {name}: {first['msg']}") from None
    return Loaded(settings=settings, sources={name: sources.get(name, "default") for name in Settings.model_fields})


def _layers(flags: Mapping[str, object], config: Path | None) -> list[tuple[str, dict[str, Any]]]:
    environment = EnvSettingsSource(Settings)()
    given = InitSettingsSource(Settings, {name: value for name, value in flags.items() if value is not None})()
    layers: list[tuple[str, dict[str, Any]]] = [("flag", given)]
    layers += [(f"SHARELIGHT_{name.upper()}", {name: value}) for name, value in environment.items()]
    if config is not None:
        layers.append((str(config), _flat(_toml(config))))
    elif Path(PROJECT_FILE).is_file():
        layers.append((PROJECT_FILE, _flat(_toml(Path(PROJECT_FILE)))))
    if Path("pyproject.toml").is_file():
        section = _toml(Path("pyproject.toml")).get("tool", {}).get("sharelight", {})
        layers.append(("pyproject.toml [tool.sharelight]", _flat(section)))
    user = config_folder() / "config.toml"
    if user.is_file():
        layers.append((str(user), _flat(_toml(user))))
    return layers


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """`store.keep_text` is the setting `store_keep_text`."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat |= {f"{name}_{inner}": each for inner, each in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None


def nearest(name: str, known: Any) -> str:
    """`; did you mean 'x'?`, or nothing where no known name is near."""
    import difflib

    close = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The key of this installation; `warning` says why it will not outlive the run, where it will not."""

    secret: bytes = field(repr=False)
    warning: str = ""


def installation_key() -> Key:
    """The key of the fingerprints, made at first use (32 bytes, readable by the user alone).

    Where the folder cannot be written, a key for this run alone: fingerprints then match nothing that was stored.
    """
    path = config_folder() / KEY_FILE
    try:
        return Key(secret=_read_key(path) if path.exists() else _make_key(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Key(
            secret=secrets.token_bytes(32),
            warning=f"{path}: {reason}; fingerprints of this run will not match others (set SHARELIGHT_CONFIG_DIR)",
        )


def signing_key() -> bytes:
    """The secret half of the key that signs records, made at first use. Raises UsageError: nothing goes unsigned."""
    path = config_folder() / SIGNING_FILE
    try:
        return _read_key(path) if path.exists() else _make_key(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _read_key(path: Path) -> bytes:
    secret = bytes.fromhex(path.read_text("ascii").strip())
    if len(secret) != 32:
        raise ValueError("not a key of 32 bytes")
    return secret


def _make_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_bytes(32)
    # Written whole beside its place, then linked: two first runs at once agree on one key.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret.hex() + "\n")
        os.link(draft, path)
    except FileExistsError:
        return _read_key(path)
    finally:
        draft.unlink()
    return secret


def plain_terminal() -> bool:
    """Whether the user asked for no colour (https://no-color.org) or the terminal cannot show any."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
