"""Follows a pickle's opcodes without doing what they say: a stack of descriptions instead of a stack of objects.

`pickletools.genops` names the opcodes; nothing is imported, called or built. What comes out are the strings, the names
that the pickle would import and call, and its object as a tree: dicts are lists of pairs, since equal keys must all be
seen, and whatever would be made by a call is a `Call`.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.extract.weights import Malformed

MOST_OPCODES = 3_000_000
_WIDE = 128  # bits; a number above this is a byte string in disguise
_LATIN = "_codecs.encode"  # how protocol 2 writes bytes


@dataclass(frozen=True, slots=True)
class Name:
    """A global that the pickle would import."""

    path: str


@dataclass(slots=True, eq=False)
class Call:
    """What a REDUCE, NEWOBJ or OBJ would make: `what` called with `args`; items and a state may come later."""

    what: str
    args: Any = None
    items: list[Any] = field(default_factory=list)
    state: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Persistent:
    """Something kept outside of the pickle: a storage of numbers."""

    id: Any


@dataclass(slots=True)
class Pickle:
    """What one pickle holds; `end` is the place behind its STOP. The dicts are ordered sets."""

    root: Any = None
    end: int = 0
    strings: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    called: dict[str, None] = field(default_factory=dict)
    binaries: list[bytes] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)


class _Mark:
    """Where a run of items begins on the stack."""


def walk(data: bytes, start: int = 0) -> Pickle:
    """The pickle at `start`. Raises Malformed where its opcodes make no sense, or are too many."""
    stream = io.BytesIO(data)
    stream.seek(start)
    machine = _Machine()
    try:
        for number, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if number > MOST_OPCODES:
                raise Malformed("limit_members", f"more than {MOST_OPCODES} opcodes")
            if opcode.name == "STOP":
                machine.found.root, machine.found.end = machine.stack.pop(), stream.tell()
                return machine.found
            machine.step(opcode.name, argument)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Malformed("damaged", f"no whole pickle: {type(error).__name__}") from error
    raise Malformed("truncated", "a pickle without an end")


class _Machine:
    """The stack, the memo, and what was seen so far."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.found = Pickle()

    def step(self, name: str, argument: Any) -> None:
        if name in _ACTIONS:
            _ACTIONS[name](self, argument)
        elif name in _TUPLES:
            size = _TUPLES[name]
            self.push(tuple(reversed([self.pop() for _ in range(size)])))
        elif name in ("PROTO", "FRAME", "READONLY_BUFFER"):
            return
        elif isinstance(argument, str | bytes | bytearray | int | float):
            self.value(argument)
        else:
            raise ValueError(name)

    def value(self, value: Any) -> None:
        if isinstance(value, str):
            self.found.strings[value] = None
        elif isinstance(value, bytes | bytearray):
            value = bytes(value)
            self.found.binaries.append(value)
        elif isinstance(value, int) and value.bit_length() > _WIDE:
            self.found.binaries.append(value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
        elif isinstance(value, int | float):
            self.found.numbers.append(value)
        self.push(value)

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        return self.stack.pop()

    def run(self) -> list[Any]:
        """The items above the topmost mark, which goes too."""
        for at in range(len(self.stack) - 1, -1, -1):
            if isinstance(self.stack[at], _Mark):
                items = self.stack[at + 1 :]
                del self.stack[at:]
                return items
        raise IndexError("no mark")

    def name(self, path: str) -> None:
        self.found.names[path] = None
        self.push(Name(path))

    def global_of_stack(self) -> None:
        name, module = self.pop(), self.pop()
        self.name(f"{module}.{name}")

    def call(self, extra: int = 0) -> None:
        args = self.pop()
        args = (self.pop(), args) if extra else args
        target = self.pop()
        what = target.path if isinstance(target, Name) else "?"
        if what == _LATIN and isinstance(args, tuple) and args and isinstance(args[0], str):
            self.found.strings.pop(args[0], None)
            self.value(args[0].encode("latin-1", "replace"))
            return
        self.found.called[what] = None
        self.push(Call(what, args))

    def instance(self, argument: Any) -> None:
        """INST names the class in the opcode; for OBJ it is the first item above the mark."""
        items = self.run()
        if isinstance(argument, str):
            self.name(argument.replace(" ", "."))
        else:
            self.push(items.pop(0))
        self.push(tuple(items))
        self.call()

    def build(self) -> None:
        state = self.pop()
        if isinstance(self.stack[-1], Call):
            self.stack[-1].state = state

    def extend(self, items: list[Any]) -> None:
        """Into the list on top, or the object (a Call) that would take them."""
        target = self.stack[-1]
        if not isinstance(target, list | Call):
            raise TypeError("not a container")
        (target.items if isinstance(target, Call) else target).extend(items)


def _pairs(items: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(items[::2], items[1::2], strict=True))


_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_ACTIONS: dict[str, Callable[[_Machine, Any], object]] = {
    "MARK": lambda m, _: m.push(_Mark()),
    "NONE": lambda m, _: m.push(None),
    "NEWTRUE": lambda m, _: m.push(True),
    "NEWFALSE": lambda m, _: m.push(False),
    "EMPTY_LIST": lambda m, _: m.push([]),
    "EMPTY_DICT": lambda m, _: m.push([]),
    "EMPTY_SET": lambda m, _: m.push([]),
    "EMPTY_TUPLE": lambda m, _: m.push(()),
    "POP": lambda m, _: m.pop(),
    "POP_MARK": lambda m, _: m.run(),
    "DUP": lambda m, _: m.push(m.stack[-1]),
    "TUPLE": lambda m, _: m.push(tuple(m.run())),
    "LIST": lambda m, _: m.push(m.run()),
    "FROZENSET": lambda m, _: m.push(m.run()),
    "DICT": lambda m, _: m.push(_pairs(m.run())),
    "SETITEM": lambda m, _: m.extend(_pairs([m.pop(), m.pop()][::-1])),
    "SETITEMS": lambda m, _: m.extend(_pairs(m.run())),
    "APPEND": lambda m, _: m.extend([m.pop()]),
    "APPENDS": lambda m, _: m.extend(m.run()),
    "ADDITEMS": lambda m, _: m.extend(m.run()),
    "GLOBAL": lambda m, argument: m.name(argument.replace(" ", ".")),
    "STACK_GLOBAL": lambda m, _: m.global_of_stack(),
    "INST": lambda m, argument: m.instance(argument),
    "OBJ": lambda m, _: m.instance(None),
    "BUILD": lambda m, _: m.build(),
    "REDUCE": lambda m, _: m.call(),
    "NEWOBJ": lambda m, _: m.call(),
    "NEWOBJ_EX": lambda m, _: m.call(1),
    "PERSID": lambda m, argument: m.push(Persistent(argument)),
    "BINPERSID": lambda m, _: m.push(Persistent(m.pop())),
    "NEXT_BUFFER": lambda m, _: m.push(Persistent("buffer")),
    **{f"EXT{n}": lambda m, argument: m.name(f"extension {argument}") for n in (1, 2, 4)},
    **{put: lambda m, argument: m.memo.update({argument: m.stack[-1]}) for put in ("PUT", "BINPUT", "LONG_BINPUT")},
    **{get: lambda m, argument: m.push(m.memo[argument]) for get in ("GET", "BINGET", "LONG_BINGET")},
    "MEMOIZE": lambda m, _: m.memo.update({len(m.memo): m.stack[-1]}),
}
