"""The Ianvs plug-ins keep the contract: signatures, arguments, call order, return values."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from naobench.ianvs import compat, plugins
from naobench.ianvs.registry import ClassFactory
from naobench.schema import Prediction

EXAMPLE = Path(__file__).parents[2] / "examples" / "nao_codegen"
ALGORITHMS = ("base", "sft_lora", "retrieval", "reference", "null")
SIGNATURES = {
    "preprocess": ["self"],
    "train": ["self", "train_data", "valid_data", "kwargs"],
    "save": ["self", "model_path"],
    "load": ["self", "model_url", "kwargs"],
    "predict": ["self", "data", "kwargs"],
    "evaluate": ["self", "data", "kwargs"],
    "cleanup": ["self"],
}
MOVE = 'motion = session.service("ALMotion")\nmotion.moveTo({}, 0, 0)\n'


class Data:
    """A dataset as Ianvs hands it over: x and y are object arrays of dicts."""

    def __init__(self, *rows):
        self.x = np.array([row[0] for row in rows])
        self.y = np.array([row[1] for row in rows])


def row(number, instruction, program):
    question = {"task_id": f"t{number}", "instruction": instruction, "language": "en"}
    return question, {"task_id": f"t{number}", "reference": program}


TRAIN = Data(
    row(0, "Walk forward 0.3 metres.", MOVE.format(0.3)),
    row(1, "Walk back 0.3 metres.", MOVE.format(-0.3)),
)
TEST = Data(row(2, "Walk forward 0.5 metres.", MOVE.format(0.5)))


def module_of(algorithm):
    text = (EXAMPLE / "testalgorithms" / algorithm / "algorithm.yaml").read_text()
    (module,) = yaml.safe_load(text)["algorithm"]["modules"]
    return module


def plug_in(algorithm, **changed):
    module = module_of(algorithm)
    with compat.installed():
        plugins.load(EXAMPLE / module["url"])
        cls = ClassFactory.get_cls("general", module["name"])
    parameters = {}
    for item in module.get("hyperparameters", []):
        ((name, choice),) = item.items()
        parameters[name] = choice["values"][0]
    return cls(**(parameters | changed))


def run(algorithm, folder, test=TEST):
    """What single-task learning does with a plug-in, in its order."""
    assert algorithm.preprocess() is None
    algorithm.train(TRAIN)
    saved = algorithm.save(f"{folder}/not/there/yet/")
    algorithm.load(saved or "")
    predictions = algorithm.predict(test.x)
    algorithm.cleanup()
    return predictions


@pytest.mark.parametrize("name", ALGORITHMS)
def test_methods_have_the_signatures_of_the_contract(name):
    algorithm = plug_in(name)
    for method, expected in SIGNATURES.items():
        parameters = inspect.signature(getattr(type(algorithm), method)).parameters
        assert list(parameters) == expected
        if "kwargs" in expected:
            assert parameters["kwargs"].kind is inspect.Parameter.VAR_KEYWORD


@pytest.mark.parametrize("name", ALGORITHMS)
def test_yaml_has_one_hyperparameter_per_item(name):
    text = (EXAMPLE / "testalgorithms" / name / "algorithm.yaml").read_text()
    algorithm = yaml.safe_load(text)["algorithm"]
    assert algorithm["paradigm_type"] == "singletasklearning"
    items = algorithm["modules"][0].get("hyperparameters", [])
    assert all(len(item) == 1 for item in items)
    assert all(isinstance(next(iter(item.values()))["values"], list) for item in items)


def test_file_names_and_aliases_are_unique():
    files = list((EXAMPLE / "testalgorithms").rglob("*.py"))
    names = [file.name for file in files]
    assert len(set(names)) == len(names)
    assert all(name.startswith("nao_") for name in names)
    aliases = [a for f in files for a in re.findall(r'alias="(\w+)"', f.read_text())]
    assert sorted(aliases) == sorted(f"nao_{name}" for name in ALGORITHMS)


def test_null_and_retrieval_predict(tmp_path):
    (nothing,) = run(plug_in("null"), tmp_path)
    (copied,) = run(plug_in("retrieval"), tmp_path)
    assert Prediction.model_validate(nothing).program == ""
    assert Prediction.model_validate(copied).program == MOVE.format(0.5)


def test_reference_reads_the_dataset_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    algorithm = plug_in("reference")
    first = (EXAMPLE / "datasets" / "test.jsonl").read_text(encoding="utf-8").splitlines()[0]
    task_id = re.search(r'"task_id":"([^"]+)"', first)[1]
    question = {"task_id": task_id, "instruction": "", "language": "en"}
    (prediction,) = run(algorithm, tmp_path, Data((question, {})))
    assert "session.service" in prediction["program"]


def test_base_predicts_with_any_model_and_needs_no_training(tmp_path, slot_model):
    algorithm = plug_in("base", model=str(slot_model), max_new_tokens=5)
    (prediction,) = run(algorithm, tmp_path)
    assert Prediction.model_validate(prediction).completion_tokens <= 5


def test_sft_lora_learns_in_the_job_and_loads_what_it_saved(tmp_path, slot_model):
    changed = {
        "model": str(slot_model),
        "epochs": 60,
        "joined": 0.0,
        "learning_rate": 0.02,
        "max_new_tokens": 60,
    }
    (tuned,) = run(plug_in("sft_lora", **changed), tmp_path)
    assert tuned["program"] == MOVE.format(0.5)
    assert (tmp_path / "not/there/yet/adapter/adapter_model.safetensors").is_file()


def test_a_wrong_hyperparameter_is_refused_before_any_model_is_loaded():
    for name in ALGORITHMS:
        with pytest.raises(TypeError):
            plug_in(name, learning_rat=1)
