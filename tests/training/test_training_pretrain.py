"""The shipped model is what the recipe says, and the recipe repeats itself."""

from pathlib import Path

import pytest

from naobench.codegen import open_local
from naobench.codegen.checkpoint import load_checkpoint, resolve_model
from naobench.codegen.slots import SLOT_MARKS
from naobench.schema import Question
from naobench.training.loop import LoopSettings
from naobench.training.pretrain import Recipe, pretrain

SHIPPED = Path(resolve_model("naobench:nao-tiny"))


def test_pretraining_writes_the_same_bytes_again(tmp_path):
    recipe = Recipe(
        vocabulary=600,
        draws=1,
        unpaired=1,
        joined=20,
        modules=("sched",),
        loop=LoopSettings(epochs=1, batch_size=32),
    )
    for name in ("a", "b"):
        pretrain(tmp_path / name, recipe)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert "model.safetensors" in files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert open_local(str(tmp_path / "a"), max_new_tokens=4)


def test_shipped_model_is_small_and_safetensors_only():
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 10_000_000
    assert {path.suffix for path in files} <= {".safetensors", ".json", ".md"}
    assert (
        (SHIPPED / "README.md").read_text(encoding="utf-8").startswith("---\nlicense: apache-2.0")
    )


def test_shipped_tokenizer_knows_the_marks_and_any_text():
    _, tokenizer = load_checkpoint(str(SHIPPED))
    for mark in SLOT_MARKS:
        assert len(tokenizer(mark)["input_ids"]) == 1
    for text in ("向前走<|n0|>米。<|program|>", "for i in range(3):\n    go()\n", "ß🤖\t\x00"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


@pytest.mark.parametrize(
    ("instruction", "program"),
    [
        (
            "Walk forward 0.35 metres.",
            'motion = session.service("ALMotion")\nmotion.moveTo(0.35, 0, 0)\n',
        ),
        (
            "说“你好”。",
            'tts = session.service("ALTextToSpeech")\ntts.say("你好")\n',
        ),
    ],
)
def test_shipped_model_knows_base_skills_out_of_the_box(instruction, program):
    generator = open_local("naobench:nao-tiny")
    question = Question(task_id="t", instruction=instruction, language="en")
    assert generator.generate([question])[0].program == program
