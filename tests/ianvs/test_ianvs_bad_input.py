"""Everything that can be wrong with the files of a job, and where the message points."""

from __future__ import annotations

import subprocess
import sys

import pytest

from naobench.errors import ConfigError
from naobench.ianvs import job
from naobench.ianvs.algorithm import MODULE_TYPES

HPS = "        - level:\n            values: [1, 2]\n"

TABLE = [
    # file, what stands there, what is put in its place, the message
    ("job.yaml", "benchmarkingjob:", "benchmarkingjobs:",
     "job.yaml:1: missing root key 'benchmarkingjob'; found 'benchmarkingjobs'"),
    ("job.yaml", '  name: "bench"\n', "", "job.yaml:1: missing key 'name' (text)"),
    ("job.yaml", '"bench"', "12", "job.yaml:2: 'name' must be text, got 12"),
    ("job.yaml", '"bench"', '"../up"', "job.yaml:2: 'name' names a folder; allowed: no slash, "
     "control character, leading dot or outer blank; got '../up'"),
    ("job.yaml", "  workspace:", "  workspce:", "job.yaml:3: unknown key 'workspce'; allowed: "
     "name, rank, test_object, testenv, timeout_s, workspace. Did you mean 'workspace'?"),
    ("job.yaml", '"./workspace"', '"$NO_SUCH_VARIABLE/w"',
     "job.yaml:3: environment variable $NO_SUCH_VARIABLE is not set: $NO_SUCH_VARIABLE/w"),
    ("job.yaml", "./testenv.yaml", "/nowhere/testenv.yaml",
     "job.yaml:4: no such file: /nowhere/testenv.yaml"),
    ("job.yaml", "./testenv.yaml", "./testnev.yaml",
     "job.yaml:4: no such file: ./testnev.yaml; looked in {folder}; "
     "did you mean 'testenv.yaml' there?"),
    ("job.yaml", '"algorithms"', '"algorithm"', "job.yaml:6: unknown type 'algorithm'; "
     "allowed: algorithms. Did you mean 'algorithms'?"),
    ("job.yaml", '      - name: "first"\n        url: "./first.yaml"', "      []",
     "job.yaml:7: 'algorithms' must not be empty"),
    ("job.yaml", '      - name: "first"\n        url: "./first.yaml"', "      - 3",
     "job.yaml:8: each of 'algorithms' is a mapping, got 3"),
    ("job.yaml", '"first"', '"rank"',
     "job.yaml:8: an algorithm must not be named 'rank': the rank lies there"),
    ("job.yaml", "  rank:", '      - name: "first"\n        url: "./first.yaml"\n  rank:',
     "job.yaml:10: algorithm 'first' stands twice in the list"),
    ("job.yaml", "      - score:", "      - scor:",
     "job.yaml:12: unknown metric 'scor'; allowed: score, count. Did you mean 'score'?"),
    ("job.yaml", '"descend"', '"descending"', "job.yaml:12: unknown order 'descending'; "
     "allowed: ascend, descend. Did you mean 'descend'?"),
    ("job.yaml", 'paradigms: ["all"]', 'paradigms: ["single"]',
     "job.yaml:14: unknown paradigm 'single'; allowed: all, singletasklearning, "
     "incrementallearning, multiedgeinference, lifelonglearning, federatedlearning, "
     "federatedclassincrementallearning, jointinference."),
    ("job.yaml", 'hyperparameters: ["all"]', 'hyperparameters: ["basemodel-leve"]',
     "job.yaml:16: unknown hyperparameter 'basemodel-leve'; allowed: all, basemodel-level. "
     "Did you mean 'basemodel-level'?"),
    ("job.yaml", 'metrics: ["score"]', "metrics: score",
     "job.yaml:17: 'metrics' must be a list, got 'score'"),
    ("job.yaml", '"selected_and_all"', '"selected_and_all_and_picture"',
     "job.yaml:18: unknown save mode 'selected_and_all_and_picture'; allowed: selected_and_all, "
     "selected_only. Did you mean 'selected_and_all'?"),
    ("job.yaml", '  name: "bench"', '  name: "bench"\n  timeout_s: 0',
     "job.yaml:3: 'timeout_s' must be a number above 0 [s], got 0"),
    ("job.yaml", '  name: "bench"', '  name: "bench"\n  name: "other"',
     "job.yaml:3: duplicate key 'name'; first given in line 2"),
    ("testenv.yaml", '    train_data: "./train.jsonl"\n', "",
     "testenv.yaml:2: missing key: one of train_index, train_data, train_data_info"),
    ("testenv.yaml", "./train.jsonl", "./first.yaml",
     "testenv.yaml:3: 'train_data' must name a .jsonl file, got 'first.yaml'"),
    ("testenv.yaml", "    test_data:", '    test_index: "x.txt"\n    test_data:',
     "testenv.yaml:5: give only one of test_index, test_data, test_data_info"),
    ("testenv.yaml", "  metrics:", "  metrcs:",
     "testenv.yaml:5: unknown key 'metrcs'; allowed: client_number, dataset, gpu_num, "
     "hard_example_mining_mode, if_mode_llm, incremental_rounds, metrics, model_eval, round, "
     "use_gpu. Did you mean 'metrics'?"),
    ("testenv.yaml", "train_data:", "train_dta:", "testenv.yaml:3: unknown key 'train_dta'; "
     "allowed: test_data, test_data_info, test_index, test_url, train_data, train_data_info, "
     "train_index, train_url. Did you mean 'train_data'?"),
    ("testenv.yaml", '    - name: "count"', '    - nam: "count"',
     "testenv.yaml:8: unknown key 'nam'; allowed: name, url. Did you mean 'name'?"),
    ("testenv.yaml", '"count"', '"conut"',
     "testenv.yaml:8: metrics.py registers no 'conut'; it registers: count, score. "
     "Did you mean 'count'?"),
    ("testenv.yaml", '"score"', '"scroe"',  # what the rank sorts by: said once
     "testenv.yaml:6: metrics.py registers no 'scroe'; it registers: count, score. "
     "Did you mean 'score'?"),
    ("testenv.yaml", "./metrics.py", "./train.jsonl",
     "testenv.yaml:7: a plug-in is a .py file, got 'train.jsonl'\n"
     "testenv.yaml:9: a plug-in is a .py file, got 'train.jsonl'"),
    ("testenv.yaml", '"score"\n      url: "./metrics.py"', '"score"\n      url: "/no.py"',
     "testenv.yaml:7: no such file: /no.py"),
    ("testenv.yaml", '    - name: "score"', '    - 3\n    - name: "scroe"',
     "testenv.yaml:6: each of 'metrics' is a mapping, got 3\n"
     "testenv.yaml:7: metrics.py registers no 'scroe'; it registers: count, score. "
     "Did you mean 'score'?"),
    ("first.yaml", "- level:\n            values: [1, 2]", "- level: {}",
     "first.yaml:8: 'level' must not be empty"),
    ("first.yaml", "./model.py", "./sub/model.py", "first.yaml:5: neither sub/model.py nor the "
     "files beside it register 'Model'; they register: Modem. Did you mean 'Modem'?"),
    ("testenv.yaml", '"count"\n      url: "./metrics.py"', '"BWT"',
     "testenv.yaml:8: metric 'BWT' needs a paradigm that is not supported yet"),
    ("first.yaml", '"singletasklearning"', '"jointinference"', "first.yaml:2: paradigm "
     "'jointinference' is not supported yet; supported: singletasklearning"),
    ("first.yaml", '"singletasklearning"', '"singletask"', "first.yaml:2: unknown paradigm "
     "'singletask'; allowed: singletasklearning. Did you mean 'singletasklearning'?"),
    ("first.yaml", '"basemodel"', '"edgemodel"',
     "first.yaml:3: paradigm 'singletasklearning' needs a module of type 'basemodel'"),
    ("first.yaml", '"basemodel"', '"base_model"',
     f"first.yaml:4: unknown type 'base_model'; allowed: {', '.join(MODULE_TYPES)}. "
     "Did you mean 'basemodel'?"),
    ("first.yaml", '      url: "./model.py"\n', "", "first.yaml:4: missing key 'url' (text)"),
    ("first.yaml", "./model.py", "./train.jsonl",
     "first.yaml:6: a plug-in is a .py file, got 'train.jsonl'"),
    ("first.yaml", '"Model"', '"Modell"', "first.yaml:5: model.py registers no 'Modell'; "
     "it registers: Model. Did you mean 'Model'?"),
    ("first.yaml", "[1, 2]", "3", "first.yaml:9: 'values' must be a list, got 3"),
    ("first.yaml", "[1, 2]", "[]", "first.yaml:9: 'values' must not be empty"),
    ("first.yaml", "[1, 2]", "[1, 1]", "first.yaml:9: value 1 stands twice in the list"),
    ("first.yaml", "            values:", "            value:",
     "first.yaml:9: unknown key 'value'; allowed: values. Did you mean 'values'?"),
    ("first.yaml", HPS, HPS + "          other:\n            values: [1]\n",
     "first.yaml:8: give each hyperparameter its own list item, got 2 keys"),
    ("first.yaml", "  modules:", "  mode: with_compression\n  modules:",
     "first.yaml:3: 'mode' (model compression) is not supported"),
    ("first.yaml", "  modules:", "  initial_model_url: ./no.bin\n  modules:",
     "first.yaml:3: no such file: ./no.bin"),
    ("train.jsonl", '{"question": {"text": "b"}, "answer": "B"}', "{",
     "train.jsonl:2: is not JSON: Expecting property name enclosed in double quotes: "
     "line 2 column 1 (char 2)"),
    ("test.jsonl", '"answer": "B"', '"answr": "B"',
     "test.jsonl:2: missing key 'answer'"),
    ("test.jsonl", '"question": {"text": "a"}, "answer": "A"', "",
     "test.jsonl:1: missing key 'question'"),
    ("test.jsonl", '"answer": "B"', '"answer": "B", "answer": "C"',
     "test.jsonl:2: duplicate key 'answer'"),
    ("train.jsonl", '{"text": "b"}', '{"text": "b", "text": "c"}',
     "train.jsonl:2: duplicate key 'text'"),
    ("metrics.py", "return len(y_true)", "return len(y_true",
     "metrics.py:11: is not valid Python: '(' was never closed"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "message"), TABLE)
def test_bad_input_is_reported_with_file_and_line(bench, monkeypatch, name, old, new, message):
    monkeypatch.chdir(bench.folder)
    bench.write("sub/model.py", "import helper\n")
    bench.write("sub/helper.py", "ClassFactory.register_cls(print, 'general', 'Modem')\n")
    bench.replace(name, old, new)
    with pytest.raises(ConfigError) as caught:
        job.read(bench.folder.joinpath("job.yaml").relative_to(bench.folder))
    assert str(caught.value).splitlines() == message.format(folder=bench.folder).splitlines()


@pytest.mark.parametrize(
    ("name", "start", "new", "message"),
    [
        ("job.yaml", "benchmarkingjob:", "benchmarkingjob: [3]\n",
         "job.yaml:1: 'benchmarkingjob' must be a mapping, got [3]"),
        ("job.yaml", "benchmarkingjob:", "benchmarkingjob:\n",
         "job.yaml:1: 'benchmarkingjob' must be a mapping, got nothing"),
        ("job.yaml", "  rank:", "  rank: {}\n", "job.yaml:10: 'rank' must not be empty"),
        ("first.yaml", "algorithm:", "algorithm: {}\n",
         "first.yaml:1: 'algorithm' must not be empty"),
        ("testenv.yaml", "  dataset:",
         "  dataset: 3\n  metrics: [{name: score, url: metrics.py}]\n",
         "testenv.yaml:2: 'dataset' must be a mapping, got 3"),
    ],
)  # fmt: skip
def test_section_that_is_no_mapping_is_reported_once(bench, monkeypatch, name, start, new, message):
    monkeypatch.chdir(bench.folder)
    text = (bench.folder / name).read_text()
    bench.write(name, text[: text.index(start)] + new)
    with pytest.raises(ConfigError) as caught:
        job.read(bench.folder.joinpath("job.yaml").relative_to(bench.folder))
    assert str(caught.value) == message


def test_problems_of_all_files_are_reported_together_and_nothing_is_started(bench):
    bench.replace("job.yaml", '"descend"', '"down"')
    bench.replace("testenv.yaml", "./test.jsonl", "./tst.jsonl")
    bench.replace("first.yaml", "[1, 2]", "1")
    bench.write("train.jsonl", "")
    done = bench.run()
    assert done.returncode == 2
    places = [line.split(": ")[1].rpartition("/")[2] for line in done.stderr.splitlines()]
    assert sorted(places) == ["first.yaml:9", "job.yaml:12", "testenv.yaml:4", "train.jsonl:1"]
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert not (bench.folder / "workspace").exists()


def test_ignored_keys_are_warned_about(bench):
    bench.replace("job.yaml", "  rank:", "  hard_example_mining_mode: x\n  owner: me\n  rank:")
    bench.replace("testenv.yaml", "  metrics:", "    label: x\n  round: 3\n  metrics:")
    bench.replace("first.yaml", "  modules:", "  fl_data_setting: {}\n  modules:")
    done = bench.run()
    assert done.returncode == 0
    hint = "'hard_example_mining_mode' has no effect: it belongs into testenv.yaml"
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: job")]
    assert warnings == [
        f"warning: job.yaml:10: {hint}",
        "warning: job.yaml:11: unknown key 'owner' has no effect",
    ]
    label = "'label' has no effect: single-task learning reads both columns of its formats"
    assert f"warning: testenv.yaml:5: {label}" in done.stderr
    setting = "'fl_data_setting' has no effect: it belongs to another paradigm"
    assert f"warning: first.yaml:3: {setting}" in done.stderr
    assert "round" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["-f", "missing.yaml"], 2, "error: missing.yaml:1: cannot be read: No such file"),
        (["-f", "job.json"], 2, "error: job.json: a benchmarking job is a .yaml or .yml file"),
        ([], 1, "usage: ianvs"),
        (["-v"], 0, "0.1.0"),
        (["-h"], 0, "usage: ianvs"),
    ],
)
def test_command_line(tmp_path, arguments, status, text):
    done = subprocess.run(
        [sys.executable, "-m", "naobench.ianvs", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status
    assert (done.stdout if status == 0 else done.stderr).startswith(text)
    assert "Traceback" not in done.stderr


def test_help_is_quick_because_it_imports_nothing_heavy():
    code = "import sys, naobench.ianvs.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pydantic", "yaml", "prettytable", "importlib.metadata", "mujoco", "torch"}
    assert not heavy & set(done.stdout.split())
