"""Reads a file of rules (YAML, or JSON by the line) strictly, with the line of every value.

Only mappings, lists and plain words: anchors, aliases, tags, merge keys and duplicate keys are refused, size and depth
are bounded. Every scalar is handed over as the words that stand there ("no" stays "no", 2026.10 keeps its zero); the
model that validates it gives it its type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from .errors import PolicyError

MAX_BYTES = 512 << 10
MAX_DEPTH = 24
PLAIN = {"map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value"}

Loc = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


class Lines(dict[Loc, int]):
    """Where each value stands: its path through the file -> its line, counted from 1."""

    def at(self, loc: Loc) -> int | None:
        """The line of `loc`, or of the nearest thing around it (a missing field has no line of its own)."""
        return next((self[loc[:n]] for n in range(len(loc), -1, -1) if loc[:n] in self), None)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a rule file; PolicyError where it cannot be read or is larger than `limit`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        message = f"cannot be read ({error.strerror}); restore it or point --policy elsewhere"
        raise PolicyError(message, file=path) from error
    if len(data) > limit:
        raise PolicyError(f"is larger than {limit:,} bytes; split it or remove what does not belong", file=path)
    return data


def parse(data: bytes, file: Path | str) -> tuple[Any, Lines]:
    """Plain dicts, lists and strings, with their lines. PolicyError names file, line and what to do."""
    try:
        root = YAML(typ="safe", pure=True).compose(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PolicyError("is not UTF-8; save it as UTF-8", file=file) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PolicyError(f"is not valid YAML: {error.problem or error}", file=file, line=line) from error
    except RecursionError as error:
        raise PolicyError("is nested too deeply to be a rule file", file=file) from error
    except YAMLError as error:
        raise PolicyError(f"is not valid YAML: {str(error).splitlines()[0]}", file=file) from error
    if root is None:
        raise PolicyError("is empty; an empty policy decides nothing", file=file)
    lines = Lines()
    return _value(root, (), lines, file), lines


def validate(model: type[Model], value: Any, file: Path | str, lines: Lines, loc: Loc = ()) -> Model:
    """`value` as a `model`; PolicyError points at the first thing that is wrong with it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        # a misspelt field is also a missing one: say the former
        first = min(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        place = (*loc, *first["loc"])
        raise PolicyError(_advice(model, first), file=file, line=lines.at(place)) from error


def json_lines(model: type[Model], data: bytes, file: Path | str) -> Iterator[tuple[int, Model]]:
    """Each line of a JSONL file as a `model`, with its number. Blank lines are skipped."""
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=_unique_keys)
        except (ValueError, RecursionError) as error:
            raise PolicyError(f"is not valid JSON: {error}", file=file, line=number) from error
        yield number, validate(model, value, file, Lines({(): number}))


def nearest(word: str, known: Iterator[str] | list[str]) -> str:
    """ "did you mean …?" for a mistyped word, or the words that there are."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands here twice; remove one")
    return found


def _value(node: Node, loc: Loc, lines: Lines, file: Path | str) -> Any:
    line = node.start_mark.line + 1
    if node.anchor:
        message = f"anchors and aliases (&{node.anchor}) are not allowed; write the value out"
        raise PolicyError(message, file=file, line=line)
    if str(node.tag).removeprefix("tag:yaml.org,2002:") not in PLAIN:
        raise PolicyError(f"the tag {node.tag} is not allowed; remove it", file=file, line=line)
    if len(loc) > MAX_DEPTH:
        raise PolicyError(f"is nested deeper than {MAX_DEPTH} levels", file=file, line=line)
    lines[loc] = line
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, MappingNode):
        return _mapping(node, loc, lines, file)
    return [_value(child, (*loc, index), lines, file) for index, child in enumerate(node.value)]


def _mapping(node: MappingNode, loc: Loc, lines: Lines, file: Path | str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode) or key.anchor or key.value == "<<":
            raise PolicyError("a key must be a plain word", file=file, line=line)
        if key.value in found:
            raise PolicyError(f"the key {key.value!r} stands here twice; remove one", file=file, line=line)
        found[key.value] = _value(child, (*loc, key.value), lines, file)
        lines[(*loc, key.value)] = line
    return found


def _advice(model: type[BaseModel], error: Any) -> str:
    """One sentence for one pydantic error: what is wrong, and the nearest thing that would be right."""
    name = str(error["loc"][-1]) if error["loc"] else "the file"
    match error["type"]:
        case "extra_forbidden":
            return f"unknown field {name!r}; {nearest(name, list(_fields(model)))}"
        case "missing":
            return f"the field {name!r} is missing; add it"
        case "literal_error" | "enum":
            words = [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
            return f"{name}: {error['input']!r} is not one of {', '.join(words)}; {nearest(str(error['input']), words)}"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return (
                f"{'.'.join(map(str, error['loc']))}: {error['msg'].replace('tuple', 'list').replace('Tuple', 'List')}"
            )


def _fields(model: type[BaseModel]) -> Iterator[str]:
    """The names of all fields of a model and of the models inside it, for the nearest right name."""
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {})
