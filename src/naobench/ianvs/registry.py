"""Where plug-ins register their classes and functions.

The names and signatures are those of `sedna.common.class_factory`, which plug-ins import.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from naobench.errors import ConfigError, nearest

__all__ = ["ClassFactory", "ClassType"]

T = TypeVar("T", bound=Callable[..., Any])


class ClassType:
    """Kinds of registered things. The values are part of the interface, one misspelling included.

    Source: `lib/sedna/common/class_factory.py` of kubeedge/sedna.
    """

    GENERAL = "general"
    HEM = "hard_example_mining"
    FL_AGG = "aggregation"
    MTL = "multi_task_learening"
    UTD = "unseen_task_detect"
    OF = "optical_flow"
    ALGORITHM = "algorithm"
    DATASET = "data_process"
    CALLBACK = "post_process_callback"
    UTP = "unseen_task_processing"
    KM = "knowledge_management"
    STP = "seen_task_processing"


class ClassFactory:
    """The registry: (kind, alias) -> class or function."""

    _registry: ClassVar[dict[tuple[str, str], Any]] = {}

    @classmethod
    def register(
        cls, type_name: str = ClassType.GENERAL, alias: str | None = None
    ) -> Callable[[T], T]:
        """Return a decorator that registers what it decorates."""

        def decorator(thing: T) -> T:
            return cls.register_cls(thing, type_name, alias)

        return decorator

    @classmethod
    def register_cls(
        cls, t_cls: T, type_name: str = ClassType.GENERAL, alias: str | None = None
    ) -> T:
        """Register a class or function.

        Raises:
            ConfigError: If another file already took the alias; which of the two ran would then
                depend on the order of loading.
        """
        name = alias if alias is not None else t_cls.__name__
        first = cls._registry.get((type_name, name))
        if first is not None and _origin(first) != _origin(t_cls):
            raise ConfigError(
                f"alias {name!r} ({type_name}) is registered by {_origin(first)} "
                f"and again by {_origin(t_cls)}"
            )
        cls._registry[type_name, name] = t_cls
        return t_cls

    @classmethod
    def register_from_package(cls, package: ModuleType, type_name: str = ClassType.GENERAL) -> None:
        """Register every public class and function of a module."""
        for name, thing in vars(package).items():
            if not name.startswith("_") and (inspect.isclass(thing) or inspect.isfunction(thing)):
                cls.register_cls(thing, type_name)

    @classmethod
    def is_exists(cls, type_name: str, cls_name: str | None = None) -> bool:
        """Return whether an alias, or anything of this kind, is registered."""
        if cls_name is None:
            return any(kind == type_name for kind, _ in cls._registry)
        return (type_name, cls_name) in cls._registry

    @classmethod
    def get_cls(cls, type_name: str, t_cls_name: str | None = None) -> Any:
        """Return what is registered under an alias.

        Raises:
            ValueError: If nothing is.
        """
        if t_cls_name is None or (type_name, t_cls_name) not in cls._registry:
            known = sorted(alias for kind, alias in cls._registry if kind == type_name)
            hint = nearest(str(t_cls_name), known)
            listed = ", ".join(known) or "nothing"
            raise ValueError(
                f"no {type_name} class is registered as {t_cls_name!r}; registered: {listed}.{hint}"
            )
        return cls._registry[type_name, t_cls_name]


def _origin(thing: Any) -> str:
    """Return the file that defines a class or function: the same file may be loaded twice."""
    module = sys.modules.get(getattr(thing, "__module__", ""))
    return str(getattr(module, "__file__", None) or module)
