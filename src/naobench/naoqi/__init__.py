"""NAOqi services behind one session: catalogue, gate, and one file per service."""

from naobench.naoqi.session import Session

__all__ = ["Session"]
