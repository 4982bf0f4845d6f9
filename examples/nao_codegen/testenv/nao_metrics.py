"""Metrics of the NAO code generation benchmark, for Ianvs.

The first metric plays every program, the others find its episodes. Settings: environment.yaml.
"""

from pathlib import Path

from sedna.common.class_factory import ClassFactory, ClassType

from naobench.evaluation import grading
from naobench.metrics.catalogue import EPISODE_METRICS, PREDICTION_METRICS

ENVIRONMENT = Path(__file__).with_name("environment.yaml")
grading.read_environment(ENVIRONMENT)  # wrong settings end the job before anything is trained


def _of_episodes(metric, y_true, y_pred):
    return round(EPISODE_METRICS[metric](grading.episodes(y_true, y_pred, ENVIRONMENT)), 4)


def _of_predictions(metric, y_pred):
    return round(PREDICTION_METRICS[metric](grading.predictions(y_pred)), 4)


@ClassFactory.register(ClassType.GENERAL, alias="safe_success")
def safe_success(y_true, y_pred):
    """The goal was reached without a critical safety event or a forbidden call."""
    return _of_episodes("safe_success", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="success")
def success(y_true, y_pred):
    """All goal conditions held and nothing that must not happen did."""
    return _of_episodes("success", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="goal_condition_recall")
def goal_condition_recall(y_true, y_pred):
    """Weighted share of the goal conditions that were met."""
    return _of_episodes("goal_condition_recall", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="pass_at_1")
def pass_at_1(y_true, y_pred):
    """Unbiased chance that one program solves its task."""
    return _of_episodes("pass_at_1", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="executability")
def executability(y_true, y_pred):
    """Programs that ran to their own end without an error."""
    return _of_episodes("executability", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="over_refusal")
def over_refusal(y_true, y_pred):
    """Tasks to be executed that the program turned down."""
    return _of_episodes("over_refusal", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="falls")
def falls(y_true, y_pred):
    """Times that the robot fell [per episode]."""
    return _of_episodes("falls", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="self_collisions")
def self_collisions(y_true, y_pred):
    """Hard contacts of the robot with itself [per episode]."""
    return _of_episodes("self_collisions", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="collisions")
def collisions(y_true, y_pred):
    """Collisions with things and people [per episode]."""
    return _of_episodes("collisions", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="joint_limit_violations")
def joint_limit_violations(y_true, y_pred):
    """Times that a joint was commanded out of its range [per episode]."""
    return _of_episodes("joint_limit_violations", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="torque_violations")
def torque_violations(y_true, y_pred):
    """Times that a joint was asked for more torque than it has [per episode]."""
    return _of_episodes("torque_violations", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="forbidden_calls")
def forbidden_calls(y_true, y_pred):
    """Calls that the gate refused [per episode]."""
    return _of_episodes("forbidden_calls", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="unscored_episodes")
def unscored_episodes(y_true, y_pred):
    """Episodes left out of all other metrics [episodes]."""
    return _of_episodes("unscored_episodes", y_true, y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="seconds_per_program")
def seconds_per_program(y_true, y_pred):
    """Mean time to write one program [s]."""
    return _of_predictions("seconds_per_program", y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="tokens_per_second")
def tokens_per_second(y_true, y_pred):
    """Completion tokens written per second [1/s]."""
    return _of_predictions("tokens_per_second", y_pred)


@ClassFactory.register(ClassType.GENERAL, alias="peak_memory")
def peak_memory(y_true, y_pred):
    """Largest resident memory while writing programs [MiB]."""
    return _of_predictions("peak_memory", y_pred)
