"""Nothing of the test split reaches a model before it is tested."""

import ast
import re
from pathlib import Path

import pytest

from naobench.codegen.slots import SlotFormat, cut_slots
from naobench.tasks import dataset
from naobench.tasks.templates import TEMPLATES
from naobench.training import corpus
from naobench.training.augment import joined

DATASETS = Path(__file__).parents[2] / "examples" / "nao_codegen" / "datasets"


def normalised(instruction):
    return cut_slots(instruction).text.casefold().strip(" .。?？!！")


@pytest.fixture(scope="module")
def rows():
    return {split: dataset.load(DATASETS / f"{split}.jsonl") for split in ("train", "test")}


@pytest.fixture(scope="module")
def test_prompts(rows):
    return {normalised(row.question.instruction) for row in rows["test"]}


def test_base_templates_are_about_half_of_the_train_templates():
    train, base = corpus.train_templates(), corpus.base_templates()
    assert {t.id for t in base} < {t.id for t in train}
    assert 0.35 < len(base) / len(train) < 0.6


def test_no_template_of_the_test_split_is_drawn_from():
    test = {template.id for template in TEMPLATES if template.split == "test"}
    assert len(test) > 10
    assert not test & {template.id for template in corpus.train_templates()}


def test_no_train_prompt_equals_a_test_prompt(rows, test_prompts):
    train = {normalised(row.question.instruction) for row in rows["train"]}
    assert not train & test_prompts


def test_no_pretraining_prompt_equals_a_test_prompt(test_prompts):
    pairs = corpus.instruction_pairs(corpus.base_templates(), 60)
    pairs += joined(pairs, 2000, 0)
    assert not {normalised(q.instruction) for q, _ in pairs} & test_prompts


def test_unpaired_texts_show_no_program_with_its_instruction(test_prompts):
    texts = corpus.unpaired_texts(2)
    assert not {normalised(text) for text in texts} & test_prompts
    bodies = [text for text in texts if text.endswith("\n")]
    assert len(bodies) > 20
    assert len(texts) - len(bodies) > 50
    for body in bodies:
        ast.parse(re.sub(r"<\|[nq]\d\|>", "0", body))


def test_no_joined_prompt_equals_a_test_prompt(rows, test_prompts):
    pairs = [(row.question, row.answer.reference) for row in rows["train"]]
    more = joined(pairs, 2 * len(pairs), 0)
    assert not {normalised(q.instruction) for q, _ in more} & test_prompts


def test_references_come_back_from_their_slots(rows):
    slots = SlotFormat()
    for row in (*rows["train"], *rows["test"]):
        target = slots.target(row.question, row.answer.reference)
        assert slots.program(row.question, target) == row.answer.reference


def test_slots_take_numbers_and_quotations_out_of_the_programs(rows):
    """A number that only the instruction knows must not be left for the model to guess."""
    slots = SlotFormat()
    forward = [r for r in rows["train"] if r.answer.template_id.startswith("walk_forward-")]
    bodies = {slots.target(row.question, row.answer.reference) for row in forward}
    assert bodies == {"motion.moveTo(<|n0|>, 0, 0)\n"}


def test_joined_programs_do_one_thing_after_the_other():
    pairs = corpus.instruction_pairs(corpus.base_templates()[:6], 3)
    known = {q.instruction.rstrip(".。?？!！").casefold(): p for q, p in pairs}
    for question, program in joined(pairs, 30, 1):
        ast.parse(program)
        said = question.instruction.casefold()
        parts = [p for instruction, p in known.items() if instruction in said]
        lines = program.splitlines()
        assert len(parts) >= 2
        for part in parts:
            assert all(line in lines for line in part.splitlines())


def test_joined_is_seeded_and_leaves_out_refusals(rows):
    pairs = [(row.question, row.answer.reference) for row in rows["train"]]
    assert joined(pairs, 50, 3) == joined(pairs, 50, 3) != joined(pairs, 50, 4)
    assert not any("naobench/" in program for _, program in joined(pairs, 500, 0))
    assert joined(pairs[:1], 5, 0) == []


def test_python_texts_are_programs_without_prose():
    texts = list(corpus.python_texts(("heapq", "textwrap")))
    assert len(texts) == 2
    for text in texts:
        functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
        assert len(functions) > 5
        assert not any(ast.get_docstring(f) for f in functions if len(f.body) > 1)
        assert not any(line.lstrip().startswith("#") for line in text.splitlines())
