"""Muon in single precision: an optimiser for weight matrices.

Torch has one that works in bfloat16, which processors without such instructions emulate: there it
takes longer than the model itself. This one keeps float32 and treats matrices of one shape
together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

__all__ = ["Muon"]

_A, _B, _C = 3.4445, -4.7750, 2.0315
"""Coefficients of the Newton-Schulz iteration (Jordan et al. 2024)."""


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised, for matrices only.

    Source:
        Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; the scale
        that makes rates comparable to AdamW is from Liu et al. 2025, arXiv:2502.16982.
    """

    def __init__(
        self,
        matrices: Iterable[Tensor],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.01,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(matrices, defaults)

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Take one step.

        Args:
            closure: There for the interface of torch only; not called.
        """
        for group in self.param_groups:
            shapes: dict[tuple[int, ...], list[Tensor]] = {}
            for matrix in group["params"]:
                if matrix.grad is not None:
                    shapes.setdefault(tuple(matrix.shape), []).append(matrix)
            for matrices in shapes.values():
                self._step_together(matrices, group)

    def _step_together(self, matrices: list[Tensor], group: dict[str, Any]) -> None:
        momentum = group["momentum"]
        directions = []
        for matrix in matrices:
            assert matrix.grad is not None
            state = self.state[matrix]
            if not state:
                state["average"] = torch.zeros_like(matrix)
            average: Tensor = state["average"]
            average.lerp_(matrix.grad, 1.0 - momentum)
            directions.append(matrix.grad.lerp(average, momentum))
        updates = _orthogonalise(torch.stack(directions))
        scale = 0.2 * max(matrices[0].shape) ** 0.5
        for matrix, update in zip(matrices, updates, strict=True):
            matrix.mul_(1.0 - group["lr"] * group["weight_decay"])
            matrix.add_(update, alpha=-group["lr"] * scale)


def _orthogonalise(stack: Tensor, steps: int = 5) -> Tensor:
    """Return matrices with the same singular vectors and singular values near 1.

    Args:
        stack: Matrices of one shape. Shape (n, rows, columns).
        steps: Iterations.
    """
    tall = stack.shape[1] > stack.shape[2]
    x: Tensor = stack.mT if tall else stack
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return x.mT if tall else x
