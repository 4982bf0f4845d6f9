"""A tiny random model with slots, and a handful of pairs to learn."""

import pytest
import torch

from naobench.schema import Question
from naobench.training.pretrain import build_model
from naobench.training.tokenizer import train_tokenizer

SAID = [
    ("Walk forward 0.3 metres.", "motion.moveTo(0.3, 0, 0)\n"),
    ("Turn left 90 degrees.", "motion.moveTo(0, 0, math.radians(90))\n"),
    ("向后走0.2米。", "motion.moveTo(-0.2, 0, 0)\n"),
    ('Say "hello".', 'tts.say("hello")\n'),
]


@pytest.fixture(scope="session")
def pairs():
    from naobench.tasks.style import header

    return [
        (Question(task_id=f"t{i}", instruction=said, language="en"), header(body) + body)
        for i, (said, body) in enumerate(SAID)
    ]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = train_tokenizer([text for pair in SAID for text in pair], 320)
    torch.manual_seed(0)
    build_model(tokenizer, layers=2, hidden=64).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
