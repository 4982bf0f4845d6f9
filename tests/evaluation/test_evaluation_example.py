"""The example's test environment: settings load, every metric is registered once and thinly."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

from naobench.evaluation.grading import read_environment
from naobench.metrics.catalogue import METRICS

TESTENV = Path(__file__).parents[2] / "examples" / "nao_codegen" / "testenv"


def test_environment_of_the_example_is_safe_and_loads():
    environment = read_environment(TESTENV / "environment.yaml")
    assert not environment.sandbox.unsafe
    assert environment.workers >= 1


def test_every_metric_of_the_catalogue_is_offered_under_its_name():
    spec = yaml.safe_load((TESTENV / "testenv.yaml").read_text(encoding="utf-8"))["testenv"]
    assert [metric["name"] for metric in spec["metrics"]] == list(METRICS)
    tree = ast.parse((TESTENV / "nao_metrics.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    aliases = {
        node.name: node.decorator_list[0].keywords[0].value.value
        for node in functions
        if node.decorator_list
    }
    assert list(aliases.values()) == list(aliases) == list(METRICS)


def test_every_metric_computes_the_number_of_its_name():
    tree = ast.parse((TESTENV / "nao_metrics.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            (returned,) = [n for n in node.body if isinstance(n, ast.Return)]
            assert returned.value.args[0].value == node.name
