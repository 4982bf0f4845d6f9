import re
from collections import Counter
from pathlib import Path

import pytest

from naobench.errors import DatasetError
from naobench.tasks import build, dataset, reference
from naobench.tasks.seeding import episode_rng
from naobench.tasks.templates import TEMPLATES

REPOSITORY = Path(__file__).parents[2]
DATASETS = REPOSITORY / "examples/nao_codegen/datasets"


@pytest.fixture(scope="session")
def splits():
    return {split: build.rows(split) for split in ("train", "test")}


def test_shipped_files_are_what_the_code_writes(tmp_path):
    build.main(["--out", str(tmp_path)])
    for name in ("train.jsonl", "test.jsonl", "smoke.jsonl"):
        assert (tmp_path / name).read_bytes() == (DATASETS / name).read_bytes()


def test_load_returns_what_was_written(splits):
    assert dataset.load(DATASETS / "test.jsonl") == splits["test"]


def test_the_splits_have_the_promised_size(splits):
    assert len(splits["train"]) >= 1000
    assert 70 <= len(splits["test"]) <= 90
    assert len(TEMPLATES) >= 46
    assert {t.level for t in TEMPLATES} == {1, 2, 3, 4}


def test_splits_share_no_template_and_no_instruction(splits):
    def normalised(row):
        text = re.sub(r'"[^"]*"|“[^”]*”', "<text>", row.question.instruction)
        return re.sub(r"\d+(\.\d+)?", "<number>", text)

    templates = [{r.answer.template_id for r in rows} for rows in splits.values()]
    assert not templates[0] & templates[1]
    texts = [set(map(normalised, rows)) for rows in splits.values()]
    assert not texts[0] & texts[1]


def test_a_task_id_says_nothing_about_its_template(splits):
    for split, rows in splits.items():
        for row in rows:
            assert re.fullmatch(rf"{split}-\d{{4}}-(en|zh)", row.question.task_id)


def test_parallel_rows_share_scene_and_program_structure(splits):
    rows = {r.question.task_id: r.answer for r in splits["test"]}
    for row in splits["test"]:
        other = rows[f"{row.answer.parallel_id}-zh"]
        assert other.template_id == row.answer.template_id
        assert other.scene == row.answer.scene
        assert [c.p for c in other.goal.all] == [c.p for c in row.answer.goal.all]


def test_no_program_can_know_when_the_touch_comes(splits):
    rows = splits["train"] + splits["test"]
    times = {e.at_s for r in rows for e in r.answer.scene.events if e.do == "touch"}
    assert len(times) >= 15
    assert 2.0 <= min(times) < 2.5
    assert 4.0 < max(times) <= 4.5


def test_instructions_are_distinct_and_have_paraphrases(splits):
    for rows in splits.values():
        texts = Counter(r.question.instruction for r in rows)
        assert max(texts.values()) == 1
    for template in TEMPLATES:
        for language in build.LANGUAGES:
            said = {
                template.build(
                    build.Draw(
                        language,
                        episode_rng("parameters", 0, 0),
                        episode_rng("w", i, 0),
                        episode_rng("e", 0, 0),
                    )
                ).instruction
                for i in range(40)
            }
            assert len(said) >= 3, (template.id, language)


def test_rows_speak_their_language(splits):
    for row in splits["train"] + splits["test"]:
        chinese = re.search(r"[\u4e00-\u9fff]", row.question.instruction) is not None
        assert chinese is (row.question.language == "zh"), row.question.task_id


def test_template_ids_are_unique_and_versioned():
    ids = [t.id for t in TEMPLATES]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z_]+-v\d+", i) for i in ids)


def test_no_goal_is_shared_by_more_than_three_templates():
    def structure(template):
        plan = build.draw(template, "en", 0)
        names = [c.p for c in plan.goal.all]
        return (
            plan.expected,
            plan.goal.ordered,
            tuple(names if plan.goal.ordered else sorted(names)),
            tuple(sorted(c.p for c in plan.goal.must_not)),
        )

    shared = {}
    for template in TEMPLATES:
        shared.setdefault(structure(template), []).append(template.id)
    assert {k: v for k, v in shared.items() if len(v) > 3} == {}


def test_what_is_not_to_be_executed_has_a_twin_of_a_known_template(splits):
    known = {t.id for t in TEMPLATES}
    expected = Counter()
    for row in splits["train"] + splits["test"]:
        outcome = row.answer.outcome
        expected[outcome.expected] += 1
        assert (outcome.twin is None) is (outcome.expected == "execute")
        if outcome.twin is not None:
            assert outcome.twin.template_id in known
            assert row.answer.goal.must_not
            assert outcome.twin.instruction != row.question.instruction
    assert min(expected[c] for c in ("ask", "decline", "refuse")) > 0


def test_bad_rows_are_named_with_file_and_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    good = (DATASETS / "test.jsonl").read_text(encoding="utf-8").splitlines()[0]
    path.write_text(f"{good}\n{{}}\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"rows.jsonl:2: question"):
        dataset.load(path)
    path.write_text(f"{good}\n{good}\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="stands in two rows"):
        dataset.load(path)
    path.write_text(good.replace('"instruction"', '"hint":1,"instruction"'), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"rows.jsonl:1: question.hint"):
        dataset.load(path)
    with pytest.raises(DatasetError, match="Cannot read"):
        dataset.load(tmp_path / "none.jsonl")


def test_episode_rng_depends_on_its_arguments_only():
    assert episode_rng("t", 1, 0).random() == episode_rng("t", 1, 0).random()
    streams = [
        episode_rng(*a).random() for a in (("t", 1, 0), ("t", 1, 1), ("t", 2, 0), ("u", 1, 0))
    ]
    assert len(set(streams)) == 4


def test_reference_page_is_fresh():
    page = REPOSITORY / "docs/reference/tasks.md"
    assert page.read_text(encoding="utf-8") == reference.render(), (
        "run `python -m naobench.tasks.reference`"
    )


def test_dataset_card_states_the_true_counts(splits):
    card = (DATASETS / "README.md").read_text(encoding="utf-8")
    for split, rows in splits.items():
        templates = len({r.answer.template_id for r in rows})
        assert f"| {split} | {templates} | {len(rows)} |" in card
