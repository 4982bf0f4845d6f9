"""Plug-in files: checked without running them, and loaded under a name that no other file has."""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from naobench.errors import nearest
from naobench.ianvs.section import Section, shown

__all__ = ["check", "load", "load_package", "registrations", "sources"]


def check(path: Path, alias: str, section: Section) -> None:
    """Note in `section` what is wrong with a plug-in file, without running it.

    A missing alias is noted only where it is as good as certain: nothing is said when the file and
    those beside it register nothing themselves (what they import may) or under a computed name.
    """
    if path.suffix != ".py":
        section.problem(("url",), f"a plug-in is a .py file, got {path.name!r}")
        return
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        what = getattr(error, "msg", None) or str(error)
        section.context.problems.found.append(f"{shown(path)}:{line}: is not valid Python: {what}")
        return
    own = _registered(tree)
    names = own | (_registered_beside(path) if alias not in own else set())
    if not names or alias in names or "" in names:
        return
    if own:
        subject, known = f"{shown(path)} registers no {alias!r}; it registers", own
    else:
        subject = f"neither {shown(path)} nor the files beside it register {alias!r}; they register"
        known = names
    listed = ", ".join(sorted(known))
    section.problem(("name",), f"{subject}: {listed}.{nearest(alias, known)}")


def sources(path: Path) -> list[Path]:
    """Return every Python file that a plug-in can import from its own folder, itself included."""
    return sorted(path.parent.glob("*.py"))


def _registered_beside(path: Path) -> set[str]:
    names: set[str] = set()
    for beside in sources(path):
        try:
            names.update(_registered(ast.parse(beside.read_bytes())))
        except (SyntaxError, ValueError):  # perhaps no Python of this version, and never imported
            names.add("")
    return names


def load(path: Path) -> ModuleType:
    """Run a plug-in file as a module of its own.

    Files of the same name in two folders stay apart, and so do the helpers that they import from
    beside themselves. The folder stays at the end of the search path for imports inside functions.
    """
    folder = str(path.parent)
    name = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    _forget_namesakes(path.parent)
    sys.modules[name] = module
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    finally:
        sys.path.remove(folder)
    if folder not in sys.path:
        sys.path.append(folder)
    return module


def load_package(path: Path) -> None:
    """Import a third-party package (a folder or a file) under its own name."""
    sys.path.insert(0, str(path.parent))
    importlib.import_module(path.name.partition(".")[0])


_plugin_folders: set[Path] = set()


def _forget_namesakes(folder: Path) -> None:
    """Drop helpers of other plug-ins from the module table where this folder has its own."""
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        own = Path(origin).parent if isinstance(origin, str) else None
        if "." in name or own == folder or own not in _plugin_folders:
            continue
        if (folder / f"{name}.py").is_file():
            del sys.modules[name]
    _plugin_folders.add(folder)


def registrations(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """Yield alias and registered name of each registration in a file.

    The alias is "" where only running the file would tell it, the name None.
    """
    decorators = {
        id(call): node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        for call in node.decorator_list
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "register_from_package":
            yield "", None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "register":
                name = decorators.get(id(node))
                yield _alias(node, 1, name), name
            elif node.func.attr == "register_cls":
                first = node.args[0] if node.args else None
                name = first.id if isinstance(first, ast.Name) else None
                yield _alias(node, 2, name), name


def _registered(tree: ast.Module) -> set[str]:
    """Return the aliases of a file; "" among them if only running it would tell."""
    return {alias for alias, _ in registrations(tree)}


def _alias(call: ast.Call, position: int, default: str | None) -> str:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if None in given or any(isinstance(argument, ast.Starred) for argument in call.args):
        return ""
    node = given.get("alias") or (call.args[position] if len(call.args) > position else None)
    if node is None:
        return default or ""
    if isinstance(node, ast.Constant):
        return str(node.value) if node.value is not None else default or ""
    return ""
