"""The filter as bytes: what the kernel would read, for both processors."""

from __future__ import annotations

import struct

import pytest

from pipeline.extract import seccomp


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_lands_inside_and_the_last_word_is_allow(machine: str) -> None:
    code = [struct.unpack("=HBBI", chunk) for chunk in _chunks(seccomp.program(machine, 1234))]
    assert all(at + 1 + max(yes, no) < len(code) for at, (_, yes, no, _) in enumerate(code[:-1]))
    assert code[-1] == (0x06, 0, 0, 0x7FFF0000)
    assert len(code) < 4096


@pytest.mark.parametrize(("machine", "socket", "read"), [("x86_64", 41, 0), ("aarch64", 198, 63)])
def test_a_socket_is_refused_and_reading_is_not(machine: str, socket: int, read: int) -> None:
    assert _answer(machine, socket) & 0xFFFF0000 == 0x00050000
    assert _answer(machine, read) == 0x7FFF0000


@pytest.mark.parametrize(("machine", "kill"), [("x86_64", 62), ("aarch64", 129)])
def test_a_signal_reaches_only_oneself(machine: str, kill: int) -> None:
    assert _answer(machine, kill, 1234) == 0x7FFF0000
    assert _answer(machine, kill, 1) != 0x7FFF0000


def test_another_processors_calls_end_the_process() -> None:
    assert _answer("x86_64", 0, architecture=0x40000003) == 0x80000000


def _chunks(code: bytes) -> list[bytes]:
    return [code[at : at + 8] for at in range(0, len(code), 8)]


def _answer(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> int:
    """Run the program as the kernel does."""
    known = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]
    memory = {0: number, 4: known if architecture is None else architecture, 16: argument, 24: 0, 32: 0}
    code = [struct.unpack("=HBBI", chunk) for chunk in _chunks(seccomp.program(machine, 1234))]
    accumulator, at = 0, 0
    while True:
        opcode, yes, no, operand = code[at]
        at += 1
        if opcode == 0x20:
            accumulator = memory[operand]
        elif opcode == 0x06:
            return int(operand)
        else:
            holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[
                opcode
            ]
            at += yes if holds else no
