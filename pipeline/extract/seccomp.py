"""Takes dangerous system calls away from this process (seccomp BPF, x86-64 and aarch64).

A list of what is forbidden, not of what is allowed: native parsers need too many harmless calls, which differ between
libcs. What could reach beyond the process (sockets, other processes, new programs, writing to files, kernel
interfaces) answers EPERM; threads stay possible.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct

from pipeline.extract.syscalls import PR_SET_SECCOMP, prctl

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_ANY_PID = 0x7A7A7A7A  # above every pid

# name: (x86-64, aarch64); None where the architecture lacks it
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    # talking
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "sendto": (44, 206), "sendmsg": (46, 211),
    "recvmsg": (47, 212), "bind": (49, 200), "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242),
    "sendmmsg": (307, 269), "recvmmsg": (299, 243), "mq_open": (240, 180),
    "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190), "msgget": (68, 186),
    # other processes and new programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "kcmp": (312, 272),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "tkill": (200, 130), "setpriority": (140, 140),
    "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119), "unshare": (272, 97), "setns": (308, 268),
    "setsid": (112, 157), "setpgid": (109, 154), "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145),
    "setresuid": (117, 147), "setgroups": (116, 159), "capset": (126, 91), "personality": (135, 92),
    # the file system
    "creat": (85, None), "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36),
    "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "mknod": (133, None), "mknodat": (259, 33),
    "truncate": (76, 45), "chmod": (90, None), "fchmodat": (268, 53), "chown": (92, None), "lchown": (94, None),
    "fchownat": (260, 54), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "removexattr": (197, 14),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "fsopen": (430, 430), "fsmount": (432, 432), "mount_setattr": (442, 442),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "acct": (163, 89),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    # kernel interfaces
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_setup": (206, 0), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None),
    "ioperm": (173, None), "modify_ldt": (154, None), "vmsplice": (278, 75), "memfd_secret": (447, 447),
}  # fmt: skip
_UNKNOWN_TO_US = {"clone3": (435, 435), "openat2": (437, 437)}  # ENOSYS: libc falls back to the older call
_OPENING = {"open": (2, None, 1), "openat": (257, 56, 2)}  # with the argument that holds the flags
_SIGNALLING = {"kill": (62, 129), "tgkill": (234, 131)}
_CLONE, _PRLIMIT = (56, 220), (302, 261)
_CLONE_THREAD = 0x10000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# BPF: opcode, jump if true, jump if false, operand
_LOAD, _RETURN, _EQUAL, _AT_LEAST, _ANY_BIT = 0x20, 0x06, 0x15, 0x35, 0x45
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE, _ABSENT = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

Instruction = tuple[int, int, int, int]


def supported() -> bool:
    """Whether there is a table for this processor."""
    return platform.machine() in _ARCHITECTURES


def program(machine: str, own_pid: int) -> bytes:
    """The filter for `machine` as an array of `struct sock_filter`; only signals to `own_pid` pass."""
    return _template(machine).replace(struct.pack("=I", _ANY_PID), struct.pack("=I", own_pid))


@functools.cache
def _template(machine: str) -> bytes:
    """The filter with _ANY_PID in place of a pid: built once by the zygote, completed by each child."""
    column = 0 if machine == "x86_64" else 1
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for numbers in _FORBIDDEN.values():
        code += _answer(numbers[column], _REFUSE)
    for numbers in _UNKNOWN_TO_US.values():
        code += _answer(numbers[column], _ABSENT)
    for opening in _OPENING.values():
        code += _unless(opening[column], opening[2], (_ANY_BIT, _WRITING), when=False)
    for numbers in _SIGNALLING.values():
        code += _unless(numbers[column], 0, (_EQUAL, _ANY_PID), when=True)
    code += _unless(_CLONE[column], 0, (_ANY_BIT, _CLONE_THREAD), when=True)
    code += _unless(_PRLIMIT[column], 0, (_EQUAL, 0), when=True)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _answer(number: int | None, result: int) -> list[Instruction]:
    return [] if number is None else [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, result)]


def _unless(number: int | None, argument: int, test: tuple[int, int], *, when: bool) -> list[Instruction]:
    """Refuse system call `number` unless `test` of the low half of an argument comes out as `when`."""
    if number is None:
        return []
    opcode, operand = test
    allowed = (1, 0) if when else (0, 1)
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _ARGUMENTS + 8 * argument),
        (opcode, *allowed, operand),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]


def load(own_pid: int) -> None:
    """Put the filter on this process for good. NO_NEW_PRIVS must be set before. Raises OSError."""
    code = program(platform.machine(), own_pid)
    array = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(array))
    holder = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(holder))
