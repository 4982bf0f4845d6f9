"""Safety events: what a careful program avoids, seen by the simulator itself."""

from naobench.robot.safety.monitor import Monitor

__all__ = ["Monitor"]
