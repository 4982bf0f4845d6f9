"""Programs and links in the documentation are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from naobench.evaluation.environment import Environment
from naobench.evaluation.episode import play
from naobench.tasks import dataset

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
TUTORIAL = ROOT / "docs" / "tutorial" / "first_job.md"


def programs(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def tutorial_task() -> dataset.Row:
    rows = dataset.load(ROOT / "examples" / "nao_codegen" / "datasets" / "test.jsonl")
    return next(row for row in rows if row.question.task_id == "test-0013-en")


def test_tutorial_quotes_its_task():
    said = " ".join(TUTORIAL.read_text(encoding="utf-8").split())
    assert tutorial_task().question.instruction.rstrip(".") in said


@pytest.mark.parametrize(("number", "success"), [(0, False), (1, True)])
def test_tutorial_programs_end_as_the_page_says(number, success):
    environment = Environment(pictures=False)
    episode = play(tutorial_task().answer, programs(TUTORIAL)[number], 1, environment, None)
    assert episode.success is success
    assert episode.safe


def test_program_of_the_readme_runs():
    (program,) = programs(ROOT / "README.md")
    episode = play(tutorial_task().answer, program, 1, Environment(pictures=False), None)
    assert episode.guest is not None
    assert episode.guest.status == "finished"
    assert [said.text for said in episode.spoken] == ["Here I am"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target
