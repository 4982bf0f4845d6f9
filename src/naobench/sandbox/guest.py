"""The guest: a bare interpreter that reads a program from the wire, locks itself, and runs it.

Standard library only. The host starts it, without site packages and with an empty environment,
and sends this file and those in `inside` as code: the guest needs no file of this project.

What the lock covers is described in `naobench.sandbox.host`. Nothing that this process says after
the lock is trusted: the program that runs in it can do with it whatever it likes.
"""

from __future__ import annotations

import marshal
import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType, TracebackType
    from typing import Any

    from naobench.sandbox.inside.scheduler import Scheduler
    from naobench.sandbox.wire import Reader

Module = type(sys)
HOME = "naobench.sandbox.inside"
ALIASES = {
    "qi": f"{HOME}.qi",
    "naoqi": f"{HOME}.naoqi",
    "threading": f"{HOME}.threads",
    "queue": f"{HOME}.queues",
    "_thread": f"{HOME}.low_level",
}
CHUNK_BYTES = 1 << 16
FLUSH_CHARACTERS = 8192
MAX_TEXT = 2000
MAX_FRAMES = 20


class Finder:
    """Finds the modules that came over the wire, and changes others as they are imported."""

    def __init__(self, codes: dict[str, bytes]) -> None:
        """Serve `codes`, compiled modules by name."""
        from _frozen_importlib import ModuleSpec

        self._codes = codes
        self._spec = ModuleSpec
        self._patches: dict[str, Any] = {}
        self._found: dict[str, ModuleType] = {}
        for package in ("naobench", "naobench.sandbox", HOME):
            module = Module(package)
            module.__path__ = []
            sys.modules[package] = module
        sys.meta_path.insert(0, self)

    def patch(self, patches: dict[str, Any]) -> None:
        """Call ``patches[name](module)`` when the module is imported, or now if it has been."""
        self._patches = dict(patches)
        for name in patches:
            if name in sys.modules:
                self._patches.pop(name)(sys.modules[name])

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return where to find a module, or None to let others look."""
        if name in ALIASES:
            self._found[name] = self._load(ALIASES[name])
        elif name in self._patches:
            return self._patched(name)
        elif name not in self._codes:
            return None
        return self._spec(name, self)  # type: ignore[arg-type]

    def _patched(self, name: str) -> Any:
        for finder in sys.meta_path[1:]:
            spec = finder.find_spec(name, None)
            if spec is not None:
                spec.loader = Patching(spec.loader, self._patches.pop(name))  # type: ignore[assignment]
                return spec
        return None

    def _load(self, name: str) -> ModuleType:
        __import__(name)
        return sys.modules[name]

    def create_module(self, spec: Any) -> ModuleType | None:
        """Return the module that stands behind an alias."""
        return self._found.get(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code."""
        assert module.__spec__ is not None
        if module.__spec__.name in self._codes:
            exec(marshal.loads(self._codes[module.__spec__.name]), module.__dict__)  # noqa: S102, S302


class Patching:
    """Loads a module as another loader does, and then changes it."""

    def __init__(self, loader: Any, patch: Any) -> None:
        """Call ``patch(module)`` once the module has been loaded by `loader`."""
        self.create_module = loader.create_module
        self._loader, self._patch = loader, patch

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code and change it."""
        self._loader.exec_module(module)
        self._patch(module)


class Output:
    """Standard output and error, kept small."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, limit: int) -> None:
        """Keep the first `limit` characters."""
        self._left = limit
        self._limit = limit
        self._kept: list[str] = []
        self._size = 0
        self.scheduler: Scheduler | None = None

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._left > 0 and text:
            kept = text[: self._left].encode("utf-8", "replace").decode("utf-8")
            self._left -= len(kept)
            self._size += len(kept)
            self._kept.append(kept)
            if self._left <= 0:
                self._kept.append(f"\n[what follows the first {self._limit} characters is dropped]")
            if self._size >= FLUSH_CHARACTERS and self.scheduler is not None:
                self.scheduler.synchronise(self.scheduler.now)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write line after line."""
        for line in lines:
            self.write(line)

    def take(self) -> str:
        """Return what was kept since the last time."""
        text = "".join(self._kept)
        self._kept.clear()
        self._size = 0
        return text

    def flush(self) -> None:
        """Do nothing: it leaves with the next frame."""

    def isatty(self) -> bool:
        """Return False."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True


class Guest:
    """One program on its way from the wire to its end."""

    def __init__(self, descriptor: int, codes: dict[str, bytes]) -> None:
        """Read the orders of the host."""
        self._finder = Finder(codes)
        from naobench.sandbox import wire

        self._wire = wire
        self._fd = descriptor
        self._reader: Reader = wire.Reader(wire.REPLY_BYTES)
        self._orders: dict[str, Any] = self._receive()
        self._output = Output(self._orders["output"])

    # --- the wire -------------------------------------------------------------------------------

    def _send(self, text: str) -> None:
        data = memoryview(self._wire.frame(text))
        while data:
            data = data[posix.write(self._fd, data) :]

    def _receive(self) -> dict[str, Any]:
        while (payload := self._reader.next()) is None:
            data = posix.read(self._fd, CHUNK_BYTES)
            if not data:
                posix._exit(1)
            self._reader.feed(data)
        return self._wire.decode(payload)  # type: ignore[no-any-return]

    def _step(self, done: list[str], at: float, until: float | None) -> str:
        out = self._wire.encode(self._output.take())
        end = "null" if until is None else repr(until)
        return f'"at":{at!r},"until":{end},"do":[{",".join(done)}],"out":{out}'

    def _exchange(self, done: list[str], at: float, until: float | None) -> dict[str, Any]:
        self._send(f"{{{self._step(done, at, until)}}}")
        return self._receive()

    # --- before the program ---------------------------------------------------------------------

    def lock(self) -> Scheduler:
        """Give up everything that the program does not need."""
        orders = self._orders
        from naobench.sandbox.inside import clock, confine, scheduler

        clock.install()
        for name in posix.environ:
            posix.unsetenv(name)
        posix.environ.clear()
        if orders["numpy"]:
            _import_numpy(orders["numpy"])
        confinement = confine.Confinement()
        confinement.one_arena()
        confinement.before_threads(orders["limits"], orders["ruleset"])
        if orders["ruleset"] is not None:
            posix.close(orders["ruleset"])
        import _thread

        _thread.stack_size(orders["stack"])
        baton = scheduler.Scheduler(
            self._exchange,
            limit_s=orders["time_limit_s"],
            max_calls=orders["calls"],
            threads=orders["threads"],
        )
        scheduler.install(baton)
        self._finder.patch(clock.PATCHES)
        confinement.after_threads(orders["seccomp"], bytes.fromhex(orders["filter"] or ""))
        self._send(
            self._wire.encode({"layers": confinement.layers, "problems": confinement.problems})
        )
        return baton

    def _furnish(self, baton: Scheduler) -> dict[str, Any]:
        """Make the interpreter look as the program expects it; return its global names."""
        from naobench.sandbox.inside import services

        for name in ("_ctypes", "_json", "_thread", f"{HOME}.confine"):
            sys.modules.pop(name, None)  # `_thread` is served by the finder from now on.
        sys.modules["_queue"] = None  # type: ignore[assignment]  # it would wait in real time
        services.catalogue.update(
            {name: tuple(methods) for name, methods in self._orders["catalogue"].items()}
        )
        self._output.scheduler = baton
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = self._output  # type: ignore[assignment,misc]
        sys.argv = ["program.py"]
        module = Module("__main__")
        sys.modules["__main__"] = module
        module.__dict__["session"] = _Session.make()
        return module.__dict__

    # --- the program ----------------------------------------------------------------------------

    def run(self) -> None:
        """Run the program and say how it ended."""
        baton = self.lock()
        names = self._furnish(baton)
        try:
            code = compile(self._orders["program"], "program.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as problem:
            end = _describe("syntax_error", problem, getattr(problem, "lineno", None))
        else:
            end = _execute(code, names)
        text = self._step(baton.take_done(), baton.now, None)
        self._send(f'{{{text},"end":{self._wire.encode(end)}}}')
        posix.read(self._fd, 1)  # The host looks at the CPU time once more, and ends the process.
        posix._exit(0)


class _Session:
    """Makes the session that programs find under the name `session`."""

    @staticmethod
    def make() -> Any:
        """Return it, connected."""
        from naobench.sandbox.inside.qi import Session

        return Session("tcp://127.0.0.1:9559")


def _import_numpy(folder: str) -> None:
    """Import numpy from its folder, before the lock, with one thread for linear algebra."""
    import os

    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    sys.path.append(folder)
    __import__("numpy")
    sys.path.remove(folder)


def _execute(code: CodeType, names: dict[str, Any]) -> dict[str, Any]:
    try:
        try:
            exec(code, names)  # noqa: S102 - this is what the guest is for
        except SystemExit as leaving:
            if isinstance(leaving.code, str):
                sys.stderr.write(leaving.code + "\n")
        _leave()
    except BaseException as problem:  # whatever ends the program ends up in the report
        return _describe("exception", problem, None)
    return {"status": "finished", "error": None, "line": None, "traceback": None}


def _leave() -> None:
    """Do what the interpreter does at its end: wait for threads, call what was registered."""
    if f"{HOME}.threads" in sys.modules:
        sys.modules[f"{HOME}.threads"]._shutdown()
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()


def _describe(status: str, problem: BaseException, line: int | None) -> dict[str, Any]:
    """Say what went wrong, with the program's own lines only."""
    try:
        text = str(problem)
    except Exception:
        text = "?"
    kind = type(problem).__name__
    error = f"{kind}: {text}" if text else kind
    lines = _program_lines(problem.__traceback__)
    shown = [f"  line {number}, in {name}" for number, name in lines[-MAX_FRAMES:]]
    if lines and line is None:
        line = lines[-1][0]
    return {
        "status": status,
        "error": _clean(error),
        "line": line,
        "traceback": _clean("\n".join([*shown, error])) if shown else None,
    }


def _clean(text: str) -> str:
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _program_lines(step: TracebackType | None) -> list[tuple[int, str]]:
    lines = []
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename == "program.py":
            lines.append((step.tb_lineno, code.co_name))
        step = step.tb_next
    return lines


def main(descriptor: int, codes: dict[str, bytes]) -> None:
    """Run the guest on the wire with this descriptor."""
    Guest(descriptor, codes).run()
