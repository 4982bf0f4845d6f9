"""Retrieval, reference and null need no language model."""

import json
import subprocess
import sys

import numpy as np
import pytest

from naobench.codegen import (
    NullGenerator,
    open_reference,
    open_retrieval,
    pairs_of,
    questions_of,
)
from naobench.errors import DatasetError, ModelError

MOVE = 'motion = session.service("ALMotion")\nmotion.moveTo({}, 0, 0)\n'
SAY = 'tts = session.service("ALTextToSpeech")\ntts.say("{}")\n'


def row(task_id, instruction, reference):
    return {
        "question": {"task_id": task_id, "instruction": instruction, "language": "en"},
        "answer": {
            "task_id": task_id,
            "instruction": instruction,
            "template_id": "walk-v1",
            "split": "test",
            "language": "en",
            "parallel_id": task_id,
            "family": "F4",
            "level": 1,
            "services": ["ALMotion"],
            "goal": {"all": [{"p": "upright"}]},
            "reference": reference,
        },
    }


@pytest.fixture
def pairs(ask):
    return [
        (ask("Walk forward 0.3 metres."), MOVE.format("0.3")),
        (ask("向前走0.3米。"), MOVE.format("0.3")),
        (ask('Say "hello".'), SAY.format("hello")),
    ]


def test_retrieval_takes_the_nearest_and_the_questions_values(pairs, ask):
    generator = open_retrieval(pairs)
    questions = [ask("Please walk 0.55 metres forward"), ask("请说“早上好”"), ask('Say "bye"!')]
    completions = generator.generate(questions)
    assert completions[0].program == MOVE.format("0.55")
    assert completions[2].program == SAY.format("bye")
    assert completions[0].prompt_tokens == completions[0].completion_tokens == 0


def test_retrieval_reads_chinese(pairs, ask):
    (completion,) = open_retrieval(pairs).generate([ask("请向前走0.4米")])
    assert completion.program == MOVE.format("0.4")


def test_retrieval_without_substitution_copies_word_for_word(pairs, ask):
    generator = open_retrieval(pairs, substitute=False)
    (completion,) = generator.generate([ask("Please walk 0.55 metres forward")])
    assert completion.program == MOVE.format("0.3")


def test_retrieval_refuses_to_learn_from_nothing():
    with pytest.raises(ModelError, match="at least one training row"):
        open_retrieval([])


def test_reference_answers_by_task_id(tmp_path, ask):
    path = tmp_path / "test.jsonl"
    rows = [row("a", "Walk.", MOVE.format("0.1")), row("b", "Go.", MOVE.format("0.2"))]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    generator = open_reference(path)
    completions = generator.generate([ask("", "b"), ask("", "a")])
    assert [c.program for c in completions] == [MOVE.format("0.2"), MOVE.format("0.1")]
    with pytest.raises(DatasetError, match=r"has no task 'c'"):
        generator.generate([ask("", "c")])


def test_reference_names_a_missing_dataset(tmp_path):
    with pytest.raises(DatasetError, match=r"Cannot read the data set .*none\.jsonl"):
        open_reference(tmp_path / "none.jsonl")


def test_null_writes_nothing(ask):
    completions = NullGenerator().generate([ask("Walk."), ask("Go.")])
    assert [completion.program for completion in completions] == ["", ""]


def test_rows_come_as_dicts_or_as_json():
    rows = [row("a", "Walk.", "x\n"), row("b", "Go.", "y\n")]
    x = np.array([r["question"] for r in rows])
    y = np.array([r["answer"] for r in rows])
    texts = np.array([json.dumps(r["question"]) for r in rows])
    assert [q.task_id for q in questions_of(x)] == ["a", "b"]
    assert questions_of(texts) == questions_of(x)
    assert [program for _, program in pairs_of(x, y)] == ["x\n", "y\n"]


def test_rows_of_another_dataset_are_refused():
    with pytest.raises(DatasetError, match="not a question"):
        questions_of([{"prompt": "Walk."}])
    question = row("a", "Walk.", "x\n")["question"]
    with pytest.raises(DatasetError, match="reference programs"):
        pairs_of([question], [{"label": 1}])
    with pytest.raises(DatasetError, match="reference programs"):
        pairs_of([question], [])


def test_importing_codegen_and_training_loads_no_model_package():
    code = (
        "import sys, naobench.codegen, naobench.training; "
        "print(sorted({'torch', 'transformers', 'peft', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
