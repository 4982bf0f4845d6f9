"""Which hyperparameters a plug-in takes, read from its file without running it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from naobench.ianvs.plugins import registrations

__all__ = ["accepted"]


def accepted(path: Path, alias: str) -> tuple[str, ...] | None:
    """Return the names that the class or function of an alias takes.

    One base class in the same file is looked through, where the class has no `__init__` of its own
    or only hands its ``**kwargs`` on to that of the base.

    Returns:
        The names, or None where only running the file could tell: the alias stands elsewhere, the
        base comes from another file, a second decorator may change the class, or ``**kwargs`` takes
        anything.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):  # noted when the file was checked
        return None
    names = [name for given, name in registrations(tree) if given == alias]
    defined = [node for node in tree.body if getattr(node, "name", None) in names]
    if len(names) != 1 or len(defined) != 1:
        return None
    (node,) = defined
    if isinstance(node, ast.ClassDef):
        return _of_class(node, tree)
    if isinstance(node, ast.FunctionDef) and _is_undecorated(node):
        return None if node.args.kwarg else _names(node.args, bound=False)
    return None


def _of_class(node: ast.ClassDef, tree: ast.Module) -> tuple[str, ...] | None:
    if not _is_plain(node):
        return None
    own = _constructor(node)
    if own is not None and own.args.kwarg is None:
        return _names(own.args, bound=True)
    if own is not None and not _only_hands_on(own, own.args.kwarg):
        return None
    base = _base(node, tree)
    if base is None:
        return () if own is None and not node.bases else None
    if not _is_plain(base):
        return None
    inherited = _constructor(base)
    if inherited is None:
        if base.bases:
            return None
    elif inherited.args.kwarg:
        return None
    further = _names(inherited.args, bound=True) if inherited else ()
    return tuple(dict.fromkeys((_names(own.args, bound=True) if own else ()) + further))


def _is_plain(node: ast.ClassDef) -> bool:
    """Return whether nothing but `__init__` can decide on the arguments."""
    functions = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    simple = all(
        each.name != "__new__" and not (each.name == "__init__" and each.decorator_list)
        for each in functions
    )
    nested = [
        each
        for statement in node.body
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        for each in ast.walk(statement)
        if getattr(each, "name", getattr(each, "id", None)) in ("__init__", "__new__")
    ]
    return simple and not nested and not node.keywords and _is_undecorated(node)


def _is_undecorated(node: ast.ClassDef | ast.FunctionDef) -> bool:
    """Return whether there is no decorator but those that register, which give back the same."""
    return all(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "register"
        for each in node.decorator_list
    )


def _constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    found = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    return next((each for each in reversed(found) if each.name == "__init__"), None)


def _base(node: ast.ClassDef, tree: ast.Module) -> ast.ClassDef | None:
    """Return the only base class, if this file defines it once."""
    names = [base.id for base in node.bases if isinstance(base, ast.Name)]
    if len(node.bases) != 1 or len(names) != 1:
        return None
    defined = [each for each in tree.body if getattr(each, "name", None) == names[0]]
    return defined[0] if len(defined) == 1 and isinstance(defined[0], ast.ClassDef) else None


def _names(arguments: ast.arguments, *, bound: bool) -> tuple[str, ...]:
    """Return the parameters that can be given by name, without the instance itself."""
    own = arguments.args if arguments.posonlyargs or not bound else arguments.args[1:]
    return tuple(each.arg for each in (*own, *arguments.kwonlyargs))


def _only_hands_on(constructor: ast.FunctionDef, rest: ast.arg | None) -> bool:
    """Return whether ``**kwargs`` goes to ``super().__init__(**kwargs)`` and nowhere else."""
    uses: Sequence[ast.Name] = [
        each
        for each in ast.walk(constructor)
        if isinstance(each, ast.Name) and rest is not None and each.id == rest.arg
    ]
    handed = [
        keyword.value
        for call in ast.walk(constructor)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
        for keyword in call.keywords
        if keyword.arg is None
    ]
    return len(uses) == 1 and uses[0] in handed
