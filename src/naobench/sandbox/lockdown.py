"""What the host prepares once so that each guest can lock itself quickly.

A Landlock ruleset is a descriptor that children inherit: it is filled here, with some two hundred
paths, and a guest needs one system call to put it into force. Numbers: Linux
`include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import resource
import struct
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from naobench.sandbox import syscalls

__all__ = ["limits", "numpy_folder", "ruleset", "seccomp"]

CREATE_RULESET, ADD_RULE = 444, 445
"""System calls; the same numbers on all architectures."""
VERSION = 1
"""Flag that asks for the version of the interface."""
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
RIGHTS_OF_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
"""Number of file system rights that each version can restrict; from 5 on, 16."""
NOT_FOR_GUESTS = frozenset(
    {"site-packages", "dist-packages", "test", "idlelib", "ensurepip", "lib2to3", "turtledemo"}
)
SHARED_LIBRARIES = (
    "libbz2",
    "libcrypto",
    "libexpat",
    "libffi",
    "libgcc_s",
    "liblzma",
    "libm",
    "libmpdec",
    "libssl",
    "libsqlite3",
    "libstdc++",
    "libuuid",
    "libz",
    "libzstd",
)
"""Libraries that modules of the standard library load."""
OPEN_FILES = 32


def seccomp() -> tuple[int, bytes] | None:
    """Return the number of the system call `seccomp` and the filter; None where there is none."""
    table = syscalls.machine(platform.machine()) if sys.platform == "linux" else None
    return None if table is None else (table.seccomp, syscalls.program(table))


def limits(*, cpu_s: int, memory_bytes: int) -> dict[str, int]:
    """Return the limits of a guest by their numbers.

    Args:
        cpu_s: CPU time after which the kernel ends it [s].
        memory_bytes: Address space.
    """
    values = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_MEMLOCK: 0,
    }
    return {str(number): value for number, value in values.items()}


def numpy_folder() -> str | None:
    """Return the folder in which numpy lies; None if it is not installed."""
    import importlib.util

    found = importlib.util.find_spec("numpy")
    return None if found is None or found.origin is None else str(Path(found.origin).parents[1])


def _readable(numpy: bool) -> Iterator[Path]:
    """Yield what a guest may read: the standard library and what it loads, and no more.

    Packages installed beside the standard library, this one and its weights among them, are left
    out: that is why the folders are listed one by one.
    """
    for child in Path(os.__file__).parent.iterdir():
        if child.name not in NOT_FOR_GUESTS and not child.name.startswith("config-"):
            yield child
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    places = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", f"{sys.base_prefix}/lib"]
    for place in {*places, f"/lib/{triplet}", f"/usr/lib/{triplet}"}:
        for name in SHARED_LIBRARIES:
            yield from Path(place).glob(f"{name}[.-]*so*")
    yield Path("/etc/ld.so.cache")
    folder = numpy_folder() if numpy else None
    if folder is not None:
        yield from (Path(folder) / "numpy", Path(folder) / "numpy.libs")


@functools.cache
def ruleset(numpy: bool = False) -> int | None:
    """Return the descriptor of the Landlock ruleset of guests; None where Landlock is missing.

    Args:
        numpy: Whether numpy's folder may be read too.
    """
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        return None
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)
    if version < 1:
        return None
    rights = (1 << RIGHTS_OF_VERSION.get(version, 16)) - 1
    network = 3 if version >= 4 else 0
    scope = 3 if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    made = call(
        CREATE_RULESET, struct.pack("QQQ", rights, network, scope), ctypes.c_size_t(size), 0
    )
    if made < 0:
        return None
    for path in _readable(numpy):
        _allow_reading(call, made, path)
    return int(made)


def _allow_reading(call: ctypes._NamedFuncPointer, made: int, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # What is not there cannot be read.
    try:
        rights = READ_FILE | READ_DIR if path.is_dir() else READ_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        if call(ADD_RULE, made, PATH_BENEATH, rule, 0):
            raise OSError(ctypes.get_errno(), f"Landlock refused a rule for {path}")
    finally:
        os.close(descriptor)
