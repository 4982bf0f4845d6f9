"""The loop learns, repeats itself, and refuses what it cannot learn."""

import math

import pytest
import torch

from naobench.codegen.checkpoint import load_checkpoint
from naobench.errors import ModelError
from naobench.training.loop import Example, LoopSettings, fit

EXAMPLES = [Example((i, 7), (i + 1, i + 2, i + 3)) for i in range(10, 60)]


def trained(folder, settings, examples=EXAMPLES):
    model, _ = load_checkpoint(str(folder))
    losses = fit(model, examples, settings)
    return losses, {name: p.detach().clone() for name, p in model.named_parameters()}


def test_fit_learns_the_targets(tiny_model):
    losses, _ = trained(tiny_model, LoopSettings(epochs=12, batch_size=8))
    assert losses[0] > 3.0
    assert losses[-1] < losses[0] / 3


def test_fit_repeats_itself_for_a_seed_and_differs_for_another(tiny_model):
    first, again, other = (
        trained(tiny_model, LoopSettings(epochs=1, batch_size=8, seed=seed)) for seed in (1, 1, 2)
    )
    assert first[0] == again[0] != other[0]
    assert all(torch.equal(first[1][name], again[1][name]) for name in first[1])


def test_fit_does_not_learn_prompts(tiny_model):
    """The first loss is the mean over targets, by an oracle that feeds one example at a time."""
    settings = LoopSettings(epochs=1, batch_size=64, learning_rate=1e-9, learning_rate_rest=1e-9)
    examples = [Example((5, 6, 7), (8,)), Example((9,), (10, 11, 12, 13))]
    losses, _ = trained(tiny_model, settings, examples)
    model, _ = load_checkpoint(str(tiny_model))
    total = 0.0
    for example in examples:
        tokens = example.prompt + example.target
        logits = model(input_ids=torch.tensor([tokens])).logits[0].detach()
        for position in range(len(example.prompt), len(tokens)):
            total -= float(logits[position - 1].log_softmax(0)[tokens[position]])
    assert losses[0] == pytest.approx(total / 5, rel=1e-4)


def test_fit_trains_only_what_requires_gradients(tiny_model):
    model, _ = load_checkpoint(str(tiny_model))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("q_proj" in name)
    fit(model, EXAMPLES, LoopSettings(epochs=1))
    changed = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert changed == {name for name in before if "q_proj" in name}


def test_fit_refuses_what_it_cannot_learn(tiny_model):
    with pytest.raises(ModelError, match="no examples"):
        trained(tiny_model, LoopSettings(epochs=1), [])
    with pytest.raises(ModelError, match="has 9 tokens, more than max_tokens = 8"):
        trained(tiny_model, LoopSettings(epochs=1, max_tokens=8), [Example((1,), tuple(range(8)))])


def test_fit_says_that_training_diverged(tiny_model):
    with pytest.raises(ModelError, match="diverged in epoch 1: lower the learning rate"):
        trained(tiny_model, LoopSettings(epochs=1, batch_size=4, learning_rate_rest=math.inf))
