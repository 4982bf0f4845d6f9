"""Hosts for hostile programs: as whoever runs the tests and, if root, as an ordinary user."""

import contextlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

NOBODY = 65534
LEFT_OUT = (
    "site-packages", "test", "tests", "idlelib", "config-*", "lib2to3", "ensurepip", "tkinter",
    "*.opt-?.pyc"
)  # fmt: skip
LAYERS = ["rlimits", "no_new_privs", "landlock", "seccomp"]


class Host:
    """A process that runs hostile programs."""

    def __init__(self, interpreter, user):
        paths = [
            path for path in sys.path if path and os.path.isdir(path) and "lib-dynload" not in path
        ]
        paths = [path for path in paths if Path(path) != Path(os.__file__).parent]
        script = str(Path(__file__).with_name("hostile_host.py"))
        self.process = subprocess.Popen(
            [str(interpreter), "-I", "-S", "-B", script, str(user), json.dumps(paths)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "SECRET_OF_THE_HOST": "swordfish"},
        )  # fmt: skip
        self.user = user

    def play(self, program, *, time_limit_s=60.0, **limits):
        """Run a program; return its report as a dict."""
        order = {"program": program, "time_limit_s": time_limit_s, "limits": limits}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "host_failed" not in answer, answer
        assert answer["layers"][:4] == LAYERS, "a layer of the sandbox is missing"
        assert answer["children"] == 0, "a process of the guest is left"
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


def _everyone_can_run(path):
    """Return whether any user may run a file: its folders are open, and so is the file."""
    modes = [os.stat(folder).st_mode for folder in path.parents]
    return all(mode & stat.S_IXOTH for mode in [*modes, path.stat().st_mode])


@contextlib.contextmanager
def _interpreter_for_everyone():
    """Give an interpreter that every user can run: this one, or a copy of it."""
    base = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    if _everyone_can_run(base) and _everyone_can_run(Path(os.__file__).parent):
        yield base
        return
    folder = Path(tempfile.mkdtemp(prefix="naobench-python-"))
    try:
        folder.chmod(0o755)
        library = Path(os.__file__).parent
        (folder / "bin").mkdir()
        copy = folder / "bin" / base.name
        # Where the binary looks for its shared library, if it has one: in a folder of equal right.
        here = f"{library.parent}".encode()
        moved = b"$ORIGIN/../lib".ljust(len(here), b"\0")
        copy.write_bytes(base.read_bytes().replace(here + b"\0", moved + b"\0"))
        copy.chmod(0o755)
        ignored = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(library, folder / "lib" / library.name, ignore=ignored, symlinks=True)
        for shared in library.parent.glob("libpython*.so*"):
            shutil.copy2(shared, folder / "lib" / shared.name)
        yield copy
    finally:
        shutil.rmtree(folder)


USERS = ["as_we_are", "ordinary"] if os.geteuid() == 0 else ["as_we_are"]


@pytest.fixture(scope="session", params=USERS)
def host(request):
    """A host for hostile programs."""
    if request.param == "as_we_are":
        with contextlib.closing(Host(sys.executable, 0)) as running:
            yield running
    else:
        with (
            _interpreter_for_everyone() as interpreter,
            contextlib.closing(Host(interpreter, NOBODY)) as running,
        ):
            yield running


@pytest.fixture
def playground():
    """A folder in which every user may do everything, with a file that every user may read."""
    folder = Path(tempfile.mkdtemp(prefix="naobench-open-"))
    folder.chmod(0o777)
    (folder / "secret").write_text("swordfish")
    (folder / "secret").chmod(0o666)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def listener():
    """A server on this machine that counts those who come."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server
