"""The system calls that a guest may make, and the seccomp program that refuses all others.

Numbers: Linux `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`.
The program is classic BPF over `struct seccomp_data` (Linux `seccomp.h`): number at byte 0,
architecture at byte 4, argument i at byte 16 + 8 i, low half first on both machines.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass

__all__ = ["Machine", "machine", "program"]


@dataclass(frozen=True, slots=True)
class Machine:
    """System call numbers of an architecture."""

    audit: int
    """Its number in `linux/audit.h`."""
    seccomp: int
    clone3: int
    fcntl: int
    mmap: int
    mprotect: int
    openat: int
    allowed: tuple[int, ...]
    """Calls that are allowed whatever their arguments; those above are looked at more closely."""


# Order: read, write, futex first, because they are the frequent ones; then memory, files already
# open or to be read, clocks, signals of the own process, threads' and processes' ends.
_NAMES = (
    "read",
    "write",
    "futex",
    "close",
    "fstat",
    "lseek",
    "munmap",
    "brk",
    "mremap",
    "madvise",
    "pread64",
    "newfstatat",
    "statx",
    "getdents64",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "getrandom",
    "sched_yield",
    "sched_getaffinity",
    "getpid",
    "gettid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getcwd",
    "uname",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "set_robust_list",
    "rseq",
    "exit",
    "exit_group",
    "stat",
    "lstat",
)
# fmt: off
_X86_64 = {
    "read": 0, "write": 1, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "lseek": 8, "mmap": 9,
    "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
    "rt_sigreturn": 15, "pread64": 17, "sched_yield": 24, "mremap": 25, "madvise": 28,
    "getpid": 39, "exit": 60, "uname": 63, "fcntl": 72, "getcwd": 79, "gettimeofday": 96,
    "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "sigaltstack": 131,
    "gettid": 186, "futex": 202, "sched_getaffinity": 204, "getdents64": 217,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "exit_group": 231,
    "openat": 257, "newfstatat": 262, "set_robust_list": 273, "seccomp": 317, "getrandom": 318,
    "statx": 332, "rseq": 334, "clone3": 435,
}
_AARCH64 = {
    "getcwd": 17, "fcntl": 25, "openat": 56, "close": 57, "getdents64": 61, "lseek": 62,
    "read": 63, "write": 64, "pread64": 67, "newfstatat": 79, "fstat": 80, "exit": 93,
    "exit_group": 94, "futex": 98, "set_robust_list": 99, "clock_gettime": 113,
    "clock_getres": 114, "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128,
    "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
    "uname": 160, "gettimeofday": 169, "getpid": 172, "getuid": 174, "geteuid": 175,
    "getgid": 176, "getegid": 177, "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216,
    "mmap": 222, "mprotect": 226, "madvise": 233, "seccomp": 277, "getrandom": 278, "statx": 291,
    "rseq": 293, "clone3": 435,
}
# fmt: on


def _machine(audit: int, numbers: dict[str, int]) -> Machine:
    return Machine(
        audit=audit,
        allowed=tuple(numbers[name] for name in _NAMES if name in numbers),
        **{
            name: numbers[name]
            for name in ("seccomp", "clone3", "fcntl", "mmap", "mprotect", "openat")
        },
    )


_MACHINES = {
    "x86_64": _machine(0xC000003E, _X86_64),
    "aarch64": _machine(0xC00000B7, _AARCH64),
}

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
X32 = 0x40000000
PROT_EXEC = 4
MAP_ANONYMOUS = 0x20
WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000
"""open flags: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and what marks O_TMPFILE."""
F_GETFD, F_GETFL = 1, 3


def machine(name: str) -> Machine | None:
    """Return the table of an architecture as `platform.machine` names it; None if there is none."""
    return _MACHINES.get(name)


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _argument(index: int) -> bytes:
    return _op(LOAD, 16 + 8 * index)


def _when(number: int, block: list[bytes]) -> list[bytes]:
    """Run `block`, which must end in a decision, for one system call."""
    return [_op(EQUAL, number, 0, len(block)), *block]


def program(table: Machine) -> bytes:
    """Return the filter: an allow-list whose default is EPERM.

    No call that starts a process or a thread is on it: threads are started before the filter.
    `clone3` is said not to exist, so that the C library falls back to `clone`, which is refused.
    Memory may become executable only as a file that may be read.
    """
    allow, refuse = _op(RETURN, ALLOW), _op(RETURN, REFUSE | errno.EPERM)
    unless_exec = [_op(ANY_BIT, PROT_EXEC, 0, 1), refuse, allow]
    unless_anonymous_exec = [
        _argument(2),
        _op(ANY_BIT, PROT_EXEC, 0, 3),
        _argument(3),
        _op(ANY_BIT, MAP_ANONYMOUS, 0, 1),
        refuse,
        allow,
    ]
    instructions = [
        _op(LOAD, 4),
        _op(EQUAL, table.audit, 1, 0),
        _op(RETURN, KILL),
        _op(LOAD, 0),
        _op(AT_LEAST, X32, 0, 1),
        refuse,
    ]
    for number in table.allowed:
        instructions += _when(number, [allow])
    instructions += _when(table.mmap, unless_anonymous_exec)
    instructions += _when(table.mprotect, [_argument(2), *unless_exec])
    instructions += _when(table.openat, [_argument(2), _op(ANY_BIT, WRITING, 0, 1), refuse, allow])
    instructions += _when(
        table.fcntl,
        [_argument(1), _op(EQUAL, F_GETFD, 1, 0), _op(EQUAL, F_GETFL, 0, 1), allow, refuse],
    )
    instructions += _when(table.clone3, [_op(RETURN, REFUSE | errno.ENOSYS)])
    return b"".join([*instructions, refuse])
