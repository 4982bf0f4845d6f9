"""The optimiser for matrices agrees with torch's own, and does what it says."""

import pytest
import torch

from naobench.training.muon import Muon


@pytest.mark.parametrize("shape", [(24, 40), (40, 24), (32, 32)])
def test_muon_agrees_with_torch_up_to_bfloat16(shape):
    torch.manual_seed(0)
    ours = torch.nn.Parameter(torch.randn(shape))
    theirs = torch.nn.Parameter(ours.detach().clone())
    start = ours.detach().clone()
    optimizers = [
        Muon([ours], lr=0.01),
        torch.optim.Muon([theirs], lr=0.01, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
    ]
    for _ in range(5):
        ours.grad = torch.randn(shape)
        theirs.grad = ours.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    moved = (ours - start).norm()
    assert moved > 0.1
    assert (ours - theirs).norm() < 0.02 * moved


def test_muon_moves_every_direction_alike():
    matrix = torch.nn.Parameter(torch.zeros(16, 16))
    matrix.grad = torch.diag(torch.logspace(-2, 1, 16))
    Muon([matrix], lr=1.0).step()
    sizes = torch.linalg.svdvals(matrix.detach()) / (0.2 * 16**0.5)
    assert sizes.min() > 0.25
    assert sizes.max() < 1.3


def test_muon_treats_matrices_of_one_shape_each_for_itself():
    torch.manual_seed(0)
    grads = [torch.randn(8, 12), 100.0 * torch.randn(8, 12)]
    alone = []
    for grad in grads:
        matrix = torch.nn.Parameter(torch.zeros(8, 12))
        matrix.grad = grad.clone()
        Muon([matrix], lr=0.1).step()
        alone.append(matrix.detach())
    together = [torch.nn.Parameter(torch.zeros(8, 12)) for _ in grads]
    for matrix, grad in zip(together, grads, strict=True):
        matrix.grad = grad.clone()
    Muon(together, lr=0.1).step()
    for one, other in zip(alone, together, strict=True):
        assert torch.allclose(one, other.detach(), atol=1e-6)
