"""Hyperparameters that a plug-in does not take are found before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

import naobench
from naobench.errors import ConfigError
from naobench.ianvs import job, signature

REGISTER = '@ClassFactory.register(ClassType.GENERAL, alias="Model")\n'
BASE = "class Base:\n    def __init__(self, depth, width=1): pass\n"
HANDS_ON = "    def __init__(self, level, **rest):\n        super().__init__(**rest)\n"

KNOWN = {
    "own": (
        REGISTER + "class M:\n    def __init__(self, a, /, level=0, *, rate): pass\n",
        ("level", "rate"),
    ),
    "nothing": (REGISTER + "class M:\n    pass\n", ()),
    "inherited": (BASE + REGISTER + "class M(Base):\n    pass\n", ("depth", "width")),
    "own before inherited": (
        BASE + REGISTER + "class M(Base):\n    def __init__(self, level): pass\n",
        ("level",),
    ),
    "handed on": (
        BASE + REGISTER + "class M(Base):\n" + HANDS_ON,
        ("level", "depth", "width"),
    ),
    "function": (REGISTER + "def make(level, rate=1): pass\n", ("level", "rate")),
    "register_cls": (
        BASE + "ClassFactory.register_cls(Base, 'general', 'Model')\n",
        ("depth", "width"),
    ),
    "anything": (REGISTER + "class M:\n    def __init__(self, **rest): pass\n", None),
    "base of another file": (
        "from other import Base\n" + REGISTER + "class M(Base):\n    pass\n",
        None,
    ),
    "rest is used": (
        BASE + REGISTER + "class M(Base):\n" + HANDS_ON + "        self.x = rest\n",
        None,
    ),
    "second decorator": ("@dataclass\n" + REGISTER + "class M:\n    level: int\n", None),
    "metaclass": (REGISTER + "class M(metaclass=Meta):\n    pass\n", None),
    "new": (REGISTER + "class M:\n    def __new__(cls, level): pass\n", None),
    "assigned": (REGISTER + "class M:\n    __init__ = other\n", None),
    "elsewhere": ("import helper\n", None),
}


@pytest.mark.parametrize("case", KNOWN)
def test_names_that_a_plugin_takes(tmp_path, case):
    text, names = KNOWN[case]
    path = tmp_path / "model.py"
    path.write_text(text)
    assert signature.accepted(path, "Model") == names


def test_names_are_those_with_which_the_shipped_example_can_be_built():
    folder = Path(naobench.__file__).parents[2] / "examples" / "nao_codegen" / "testalgorithms"
    found = signature.accepted(folder / "nao_language_model.py", "nao_sft_lora")
    assert found is not None and {"rank", "epochs", "model", "threads"} <= set(found)


def test_misspelt_hyperparameters_are_reported_before_anything_starts(bench, monkeypatch):
    monkeypatch.chdir(bench.folder)
    more = "        - other_hyperparameters:\n            values: [more.yaml]\n"
    bench.write("first.yaml", (bench.folder / "first.yaml").read_text() + more)
    bench.replace("first.yaml", "- level:", "- levle:")
    bench.write("more.yaml", "level: 1\nepoch: 3\n")
    with pytest.raises(ConfigError) as caught:
        job.read(bench.folder.joinpath("job.yaml").relative_to(bench.folder))
    assert str(caught.value).splitlines() == [
        "first.yaml:8: 'Model' takes no hyperparameter 'levle'; allowed: level. "
        "Did you mean 'level'?",
        "more.yaml:2: 'Model' takes no hyperparameter 'epoch'; allowed: level.",
    ]


def test_any_hyperparameter_goes_where_the_plugin_takes_all(bench):
    bench.replace("model.py", "level=0)", "level=0, **more)")
    bench.replace("first.yaml", "- level:", "- levle:")
    assert job.read(bench.folder / "job.yaml").rank.hyperparameters == ("basemodel-levle",)
