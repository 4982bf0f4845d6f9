"""The example must run unchanged under the public Ianvs (rules: docs/reference/ianvs.md)."""

from __future__ import annotations

import ast
import itertools
import json
from pathlib import Path

import pytest
import yaml

EXAMPLE = Path(__file__).parents[2] / "examples" / "nao_codegen"
PLUGINS = sorted(EXAMPLE.glob("test*/**/*.py"))
ALGORITHMS = sorted(EXAMPLE.glob("testalgorithms/**/*.yaml"))
JOBS = [EXAMPLE / "benchmarkingjob.yaml", EXAMPLE / "smoke.yaml"]

SIGNATURES = {
    "preprocess": (["self"], None),
    "train": (["self", "train_data", "valid_data"], "kwargs"),
    "load": (["self", "model_url"], "kwargs"),
    "predict": (["self", "data"], "kwargs"),
}


def read_yaml(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def model_classes() -> list[tuple[Path, ast.ClassDef]]:
    return [
        (path, node)
        for path in PLUGINS
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.decorator_list
    ]


def aliases(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "register"
        for keyword in node.keywords
        if keyword.arg == "alias" and isinstance(keyword.value, ast.Constant)
    ]


def test_example_has_models_to_check():
    assert len(model_classes()) >= 4


def methods(of: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> dict[str, ast.FunctionDef]:
    """The methods of a class and of its bases in the same file."""
    inherited: dict[str, ast.FunctionDef] = {}
    for base in of.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            inherited |= methods(classes[base.id], classes)
    own = {item.name: item for item in of.body if isinstance(item, ast.FunctionDef)}
    return inherited | own


@pytest.mark.parametrize(
    ("path", "node"), [pytest.param(*pair, id=pair[1].name) for pair in model_classes()]
)
def test_model_defines_every_method_that_public_ianvs_calls(path, node):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    classes = {item.name: item for item in body if isinstance(item, ast.ClassDef)}
    found = methods(node, classes)
    assert {"preprocess", "train", "save", "load", "predict", "evaluate", "cleanup"} <= set(found)
    for name, (arguments, keywords) in SIGNATURES.items():
        spec = found[name].args
        assert [argument.arg for argument in spec.args] == arguments
        assert (spec.kwarg.arg if spec.kwarg else None) == keywords


def test_plugin_basenames_are_unique_and_prefixed():
    names = [path.stem for path in PLUGINS]
    assert len(names) == len(set(names))
    assert all(name.startswith("nao_") for name in names)


def test_aliases_are_unique():
    found = list(itertools.chain.from_iterable(aliases(path) for path in PLUGINS))
    assert len(found) == len(set(found)) >= 10


def test_plugins_import_at_module_top_what_lies_beside_them():
    siblings = {path.stem for path in PLUGINS}
    for path in PLUGINS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nested = [
            node
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        for node in nested:
            names = {getattr(node, "module", None), *(alias.name for alias in node.names)}
            assert not names & siblings


@pytest.mark.parametrize("job", JOBS, ids=lambda path: path.stem)
def test_every_path_is_relative_to_the_example_and_exists(job):
    spec = read_yaml(job)["benchmarkingjob"]
    testenv = EXAMPLE / spec["testenv"]
    dataset = read_yaml(testenv)["testenv"]["dataset"]
    urls = [spec["testenv"], *dataset.values()]
    urls += [entry["url"] for entry in spec["test_object"]["algorithms"]]
    urls += [metric["url"] for metric in read_yaml(testenv)["testenv"]["metrics"]]
    for path in ALGORITHMS:
        urls += [module["url"] for module in read_yaml(path)["algorithm"]["modules"]]
    for url in urls:
        assert not Path(url).is_absolute()
        assert (EXAMPLE / url).exists(), url


@pytest.mark.parametrize("job", JOBS, ids=lambda path: path.stem)
def test_train_data_is_there_and_sort_names_are_metrics(job):
    spec = read_yaml(job)["benchmarkingjob"]
    testenv = read_yaml(EXAMPLE / spec["testenv"])["testenv"]
    assert testenv["dataset"]["train_data"].endswith(".jsonl")
    metrics = {metric["name"] for metric in testenv["metrics"]}
    sorted_by = {name for item in spec["rank"]["sort_by"] for name in item}
    assert sorted_by <= metrics
    assert set(spec["rank"]["selected_dataitem"]["metrics"]) <= metrics
    assert metrics <= set(itertools.chain.from_iterable(aliases(path) for path in PLUGINS))


def test_rows_have_question_and_answer_and_no_blank_lines():
    for path in sorted((EXAMPLE / "datasets").glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert line.strip(), f"{path.name}:{number} is blank"
            row = json.loads(line)
            assert set(row) == {"question", "answer"}
            assert isinstance(row["question"], dict)
            assert isinstance(row["answer"], dict)


@pytest.mark.parametrize("path", ALGORITHMS, ids=lambda path: path.parent.name)
def test_each_hyperparameter_stands_alone_in_its_list_item(path):
    for module in read_yaml(path)["algorithm"]["modules"]:
        for item in module.get("hyperparameters", []):
            assert len(item) == 1
            (value,) = item.values()
            assert isinstance(value["values"], list)
            assert value["values"]
