"""Datasets, combinations of hyperparameters, the registry, and the import hook."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from naobench.errors import ConfigError, DatasetError
from naobench.ianvs import compat, dataset, job
from naobench.ianvs.dataset import DataFile
from naobench.ianvs.registry import ClassFactory, ClassType

# --- datasets -------------------------------------------------------------------------------------


def jsonl(path: Path, *rows) -> DataFile:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return DataFile("jsonl", path)


@pytest.mark.parametrize(
    ("values", "dtype", "shape"),
    [
        ([1, 2, 3], "int64", (3,)),
        ([0.5, 1], "float64", (2,)),
        ([[1, 2], [3, 4]], "int64", (2, 2)),
        ([[1], [2, 3]], "object", (2,)),
        ([["a", "b"], ["c", "d"]], "object", (2,)),
        ([{"k": 1}, {"k": 2}], "object", (2,)),
        (["a", "bcd"], "object", (2,)),
        ([None, 1], "object", (2,)),
    ],
)
def test_jsonl_becomes_arrays(tmp_path, values, dtype, shape):
    rows = [{"question": value, "answer": position} for position, value in enumerate(values)]
    loaded = dataset.load(jsonl(tmp_path / "d.jsonl", *rows), "inference")
    assert (str(loaded.x.dtype), loaded.x.shape) == (dtype, shape)
    assert loaded.x.tolist() == values
    assert loaded.y.tolist() == list(range(len(values))) and len(loaded) == len(values)


def test_jsonl_with_one_long_question_takes_linear_memory(tmp_path):
    rows = [{"question": "short", "answer": 0}] * 5000
    file = jsonl(tmp_path / "d.jsonl", *rows, {"question": "x" * 20_000, "answer": 0})
    tracemalloc.start()
    try:
        dataset.load(file, "train")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10e6  # an array of fixed-width text would take 400 MB


def test_txt_is_the_input_and_its_label(tmp_path):
    (tmp_path / "picture.png").touch()
    index = tmp_path / "index.txt"
    index.write_text("picture.png cat more\n\nword\n")
    loaded = dataset.load(DataFile("txt", index), "train")
    assert loaded.x.tolist() == [str(tmp_path / "picture.png"), "word"]
    assert loaded.y.tolist() == ["cat", 0]


def test_metadata_brings_levels_and_prompts(tmp_path):
    metadata = {"dataset": "d", "description": "about", "level_1_dim": "one", "level_2_dim": "two"}
    (tmp_path / "metadata.json").write_text(json.dumps(metadata))
    row = {"query": "q", "response": "r", "level_3_dim": "three", "level_4_dim": "four"}
    jsonl(tmp_path / "data.jsonl", {**row, "prompt": "p: ", "judge_prompt": "j"}, row)
    file = DataFile("jsonforllm", tmp_path / "metadata.json")
    assert dataset.check(file) == []
    loaded = dataset.load(file, "inference")
    assert loaded.need_other_info
    assert loaded.x.tolist() == ["p: q", "q"]
    assert loaded.judge_prompts.tolist() == ["j", ""]
    assert (loaded.level_3.tolist(), loaded.level_1_dim) == (["three", "three"], "one")


def test_metadata_dataset_is_handed_to_predict_as_a_whole(bench):
    metadata = {"dataset": "d", "description": "about", "level_1_dim": "one", "level_2_dim": "two"}
    bench.write("llm/metadata.json", json.dumps(metadata))
    row = {"query": "q", "response": "r", "level_3_dim": "three", "level_4_dim": "four"}
    bench.write("llm/data.jsonl", json.dumps(row) + "\n")
    bench.replace("testenv.yaml", 'test_data: "./test.jsonl"', "test_data_info: llm/metadata.json")
    bench.replace("model.py", "* len(data)", "* len(data.level_4)")
    bench.replace("first.yaml", "[1, 2]", "[1]")
    done = bench.run()
    assert done.returncode == 0, done.stderr
    assert bench.rank()[0]["count"] == "1"


def test_bad_rows_are_named_and_counted_off(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text("[]\n" * 30)
    problems = dataset.check(DataFile("jsonl", path))
    assert problems[0] == f"{path}:1: must be an object with question, answer"
    assert len(problems) == 11
    with pytest.raises(DatasetError, match=r"d\.jsonl:1: must be an object"):
        dataset.load(DataFile("jsonl", path), "train")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe", b"[" * 100_000])
def test_unreadable_data_is_a_problem_and_no_crash(tmp_path, content):
    path = tmp_path / "d.jsonl"
    path.write_bytes(content)
    (problem,) = dataset.check(DataFile("jsonl", path))
    assert problem.startswith(f"{path}:1: ")


# --- hyperparameters ------------------------------------------------------------------------------

BASE = """\
        - other_hyperparameters:
            values: [a.yaml, b.yaml]
        - width:
            values: [x, y]
"""


def test_combinations_are_a_product_with_the_last_varying_fastest(bench):
    bench.write("a.yaml", "level: 0\ndepth: 5\n")
    bench.replace("model.py", "level=0)", "level=0, depth=0, width=0)")
    bench.write("b.yaml", "depth: 6\n")
    bench.write("first.yaml", (bench.folder / "first.yaml").read_text() + BASE)
    read = job.read(bench.folder / "job.yaml")
    settings = [case.hyperparameters["basemodel"] for case in read.cases()]
    assert settings == [
        {"level": level, "depth": depth, "width": width}
        for level in (1, 2)
        for depth in (5, 6)
        for width in ("x", "y")
    ]
    columns = ("basemodel-level", "basemodel-depth", "basemodel-width")
    assert read.rank.hyperparameters == columns
    assert [case.number for case in read.cases()] == list(range(1, 9))
    assert read.case(5) == list(read.cases())[4]
    with pytest.raises(IndexError, match="test cases 1 to 8"):
        read.case(9)


def test_a_million_combinations_cost_nothing_until_they_run(bench):
    values = ", ".join(map(str, range(1000)))
    more = f"        - other:\n            values: [{values}]\n"
    text = (bench.folder / "first.yaml").read_text().replace("1, 2", values)
    bench.write("first.yaml", text + more)
    bench.replace("model.py", "level=0)", "level=0, other=0)")
    read = job.read(bench.folder / "job.yaml")
    assert len(read) == 1_000_000
    assert read.case(999_999).settings == {"basemodel-level": 999, "basemodel-other": 998}


# --- registry -------------------------------------------------------------------------------------


def test_registry_finds_what_was_registered_and_names_the_nearest():
    @ClassFactory.register(ClassType.HEM, alias="nearly_there")
    class Miner:
        pass

    assert ClassFactory.get_cls("hard_example_mining", "nearly_there") is Miner
    assert ClassFactory.is_exists(ClassType.HEM, "nearly_there")
    assert not ClassFactory.is_exists(ClassType.HEM, "other")
    with pytest.raises(ValueError, match="Did you mean 'nearly_there'"):
        ClassFactory.get_cls(ClassType.HEM, "nearly_here")


def test_registry_refuses_an_alias_of_another_file():
    ClassFactory.register_cls(job.Job, alias="taken")
    ClassFactory.register_cls(job.TestCase, alias="taken")  # the same file may be loaded again
    with pytest.raises(ConfigError, match="'taken'"):
        ClassFactory.register_cls(DataFile, alias="taken")


# --- import hook ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("sedna.common.class_factory", "ClassFactory"),
        ("sedna.common.class_factory", "ClassType"),
        ("sedna.common.config", "Context"),
        ("sedna.common.config", "BaseConfig"),
        ("sedna.common.file_ops", "FileOps"),
        ("sedna.common.log", "LOGGER"),
        ("sedna.datasources", "BaseDataSource"),
        ("sedna.datasources", "TxtDataParse"),
        ("sedna.datasources", "JsonlDataParse"),
        ("sedna.datasources", "JSONMetaDataParse"),
        ("core.common.log", "LOGGER"),
    ],
)
def test_hook_offers_what_plugins_import_and_goes_away_again(module, name):
    with compat.installed():
        assert hasattr(importlib.import_module(module), name)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(module)


def test_hook_says_what_it_offers_when_asked_for_more():
    with (
        compat.installed(),
        pytest.raises(ModuleNotFoundError, match=r"offers .*sedna\.common\.log"),
    ):
        importlib.import_module("sedna.backend")


def test_hook_stands_back_for_the_real_package_but_not_for_a_namesake(tmp_path, monkeypatch):
    for name in ("sedna", "core"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("REAL = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    with compat.installed():
        import core
        import sedna.common.class_factory

        assert sedna.common.class_factory.ClassFactory is ClassFactory
        assert core.REAL  # somebody's own package
    (tmp_path / "sedna" / "common").mkdir()
    (tmp_path / "sedna" / "common" / "class_factory.py").write_text("ClassFactory = 'real'\n")
    for name in ("core", "sedna"):
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    with compat.installed():
        assert importlib.import_module("sedna.common.class_factory").ClassFactory == "real"
    for name in [name for name in sys.modules if name.partition(".")[0] == "sedna"]:
        del sys.modules[name]


def test_context_reads_the_environment_as_it_is_now(monkeypatch):
    monkeypatch.setenv("MODEL_URL", "here")
    assert compat.Context.get_parameters("model_url", "default") == "here"
    monkeypatch.setenv("MODEL_URL", "")
    assert compat.Context.get_parameters("model_url", "default") == "default"


def test_file_ops_copy_files_and_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text("1")
    assert compat.FileOps.upload(str(tmp_path / "a"), str(tmp_path / "b" / "c"))
    assert (tmp_path / "b" / "c" / "f").read_text() == "1"
    target = compat.FileOps.upload(str(tmp_path / "a" / "f"), str(tmp_path / "new" / "g"))
    assert compat.FileOps.exists(target)
    with pytest.raises(NotImplementedError):
        compat.FileOps.upload("s3://bucket/f", str(tmp_path))


def test_runner_imports_no_numpy_pandas_or_pydantic():
    code = "import sys, naobench.ianvs.runner, naobench.ianvs.job; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "pydantic", "naobench.schema"} & set(done.stdout.split())
