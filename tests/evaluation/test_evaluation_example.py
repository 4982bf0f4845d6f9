"""The example's test environment: settings load, every metric is registered once and thinly."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
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


def test_wrong_settings_stop_the_metrics_from_loading(tmp_path):
    """A process of its own, as the job runner loads them: the error names what is allowed."""
    shutil.copy(TESTENV / "nao_metrics.py", tmp_path)
    (tmp_path / "environment.yaml").write_text("sedes: [1]\n", encoding="utf-8")
    script = (
        "import sys, pathlib\n"
        "from naobench.errors import ConfigError\n"
        "from naobench.ianvs import compat, plugins\n"
        "with compat.installed():\n"
        "    try:\n"
        "        plugins.load(pathlib.Path(sys.argv[1]))\n"
        "    except ConfigError as error:\n"
        "        print(error)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "nao_metrics.py")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "environment.yaml:1: unknown key 'sedes'; allowed: backend" in shown
    assert "Did you mean 'seeds'?" in shown
    assert "pydantic" not in shown
