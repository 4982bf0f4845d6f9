"""A simulation that fails is nobody's fault and is not scored."""

import math

from naobench.evaluation import frames, worker
from naobench.evaluation.environment import Environment
from naobench.evaluation.grading import infrastructure_error
from naobench.robot import Robot

WAITS = "import time\ntime.sleep(2.0)\n"


def test_simulation_that_becomes_unstable_is_an_infrastructure_error(record, monkeypatch, tmp_path):
    """From the planted number through session, sandbox and worker to the episode that is kept."""
    monkeypatch.chdir(tmp_path)  # MuJoCo writes its warning into a file
    tick = Robot.tick

    def poisoned(robot):
        if robot.time > 0.5:
            robot._data.qvel[3] = math.nan
        tick(robot)

    monkeypatch.setattr(Robot, "tick", poisoned)
    reply = worker.answer(worker.request(record, WAITS, 1, Environment(), None))
    assert reply.startswith(frames.FAILED) and b"unstable at 0.5" in reply
    episode = infrastructure_error(record, WAITS, 1, reply.removeprefix(frames.FAILED).decode())
    assert (episode.outcome, episode.unscored) == ("infrastructure_error", True)
    assert "unstable" in str(episode.note)
