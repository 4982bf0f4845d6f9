"""The modules that plug-ins written for Ianvs import: `sedna...` and `core...`.

They are no packages of this project and are never installed. While a test case runs, an import
hook makes them up from the objects below, and only where the real packages are absent.
"""

from __future__ import annotations

import importlib.machinery
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from naobench.ianvs import dataset
from naobench.ianvs.registry import ClassFactory, ClassType

__all__ = ["installed"]


class Context:
    """Parameters that the runner hands to plug-ins through the environment."""

    parameters: ClassVar[Any] = os.environ

    @classmethod
    def get_parameters(cls, param: str, default: Any = None) -> Any:
        """Return a parameter as it is now, in the given or in upper case; empty means absent."""
        return os.environ.get(param) or os.environ.get(str(param).upper()) or default


class BaseConfig:
    """Settings of the machine, taken from the environment when this module is loaded."""

    device_category = os.getenv("DEVICE_CATEGORY", "CPU")
    backend_type = os.getenv("BACKEND_TYPE", "TENSORFLOW")
    original_dataset_url = os.getenv("ORIGINAL_DATASET_URL")
    train_dataset_url = os.getenv("TRAIN_DATASET_URL")
    test_dataset_url = os.getenv("TEST_DATASET_URL")
    job_name = os.getenv("JOB_NAME", "sedna")
    model_url = os.getenv("MODEL_URL")
    model_name = os.getenv("MODEL_NAME")


class FileOps:
    """Local files only."""

    @staticmethod
    def exists(folder: str) -> bool:
        """Return whether there is such a file or folder."""
        return Path(folder).exists()

    @staticmethod
    def upload(src: str, dst: str | None, tar: bool = False) -> str:
        """Copy a file or folder and return where it went.

        Raises:
            NotImplementedError: If `tar` is asked for, or the source is not local.
        """
        source = Path(src)
        if tar or not source.exists():
            raise NotImplementedError(f"only existing local files are copied, not {src!r}")
        target = Path(tempfile.mkdtemp() if dst is None else dst)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
            return str(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        into = target / source.name if target.is_dir() else target
        if not (into.exists() and into.samefile(source)):
            shutil.copy(source, into)
        return str(target)


def get_local_time() -> str:
    """Return the local time as the rank writes it."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


_LOGGER = logging.getLogger("ianvs")
_DATASETS = {
    name: getattr(dataset, name)
    for name in ("BaseDataSource", "JSONMetaDataParse", "JsonlDataParse", "TxtDataParse")
}

MODULES: Mapping[str, Mapping[str, Any]] = {
    "sedna": {},
    "sedna.common": {},
    "sedna.common.class_factory": {"ClassFactory": ClassFactory, "ClassType": ClassType},
    "sedna.common.config": {"BaseConfig": BaseConfig, "Context": Context},
    "sedna.common.file_ops": {"FileOps": FileOps},
    "sedna.common.log": {"LOGGER": _LOGGER},
    "sedna.datasources": _DATASETS,
    "core": {},
    "core.common": {},
    "core.common.log": {"LOGGER": _LOGGER},
    "core.common.utils": {"get_local_time": get_local_time},
}
"""Module -> its names."""

_MARKS = {"sedna": Path("common/class_factory.py"), "core": Path("common/log.py")}
"""By what the real packages are told from others of the same name: there is a mathematics package
called sedna, and many a project has a folder called core."""


@contextmanager
def installed() -> Iterator[None]:
    """Make the modules importable; afterwards they are gone again."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in MODULES:
            if getattr(sys.modules.get(name), "__loader__", None).__class__ is _Maker:
                del sys.modules[name]


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top not in _MARKS:
            return None
        if fullname == top and not _ours(top):
            return None
        if fullname != top and not isinstance(_loader_of(top), _Maker):
            return None
        if fullname not in MODULES:
            known = ", ".join(name for name in MODULES if name.startswith(f"{top}."))
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: the job runner offers {known}", name=fullname
            )
        return importlib.machinery.ModuleSpec(fullname, _Maker(), is_package=True)


class _Maker(Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(MODULES[module.__name__])


def _loader_of(name: str) -> object:
    return getattr(sys.modules.get(name), "__loader__", None)


def _ours(top: str) -> bool:
    """Return whether the package of this name is to be made up."""
    real = importlib.machinery.PathFinder.find_spec(top)
    if real is None:
        return True
    folders = [Path(folder) for folder in real.submodule_search_locations or ()]
    if any((folder / _MARKS[top]).is_file() for folder in folders):
        return False
    return top == "sedna"
