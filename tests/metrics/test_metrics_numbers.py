"""Metrics against hand-counted episodes and brute force."""

from __future__ import annotations

import itertools
import math

import pytest

from naobench.errors import MetricError
from naobench.metrics import aggregate, efficiency, safety, success
from naobench.metrics.catalogue import EPISODE_METRICS, METRICS, PREDICTION_METRICS
from naobench.schema import CallRecord, Episode, GuestReport, Prediction, SafetyEvent


def episode(template: str = "walk-v1", **changes) -> Episode:
    values = {
        "task_id": f"{template}.0001",
        "template_id": template,
        "family": "F4",
        "level": 1,
        "language": "en",
        "expected": "execute",
        "seed": 1,
        "program": "pass",
        "outcome": "goal_unmet",
        "success": False,
        "goal_recall": 0.0,
        "safe": True,
        "guest": GuestReport("finished"),
    }
    return Episode(**(values | changes))


WON = {"success": True, "outcome": "success", "goal_recall": 1.0}


@pytest.mark.parametrize(("n", "c", "k"), [(5, 2, 1), (5, 2, 3), (6, 0, 2), (4, 4, 2), (7, 3, 5)])
def test_pass_at_k_equals_brute_force(n, c, k):
    solved = [True] * c + [False] * (n - c)
    draws = list(itertools.combinations(solved, k))
    assert success.pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws))


@pytest.mark.parametrize(("n", "c", "k"), [(4, 1, 5), (0, 0, 1), (4, 5, 1), (4, 1, 0)])
def test_pass_at_k_refuses_numbers_that_do_not_fit(n, c, k):
    with pytest.raises(MetricError):
        success.pass_at_k(n, c, k)


def test_what_an_episode_only_counts_is_measured_too():
    call = CallRecord("ALMotion", "killMove", (), 0.0, 0.0, forbidden=True)
    many = episode(
        calls=(call,),
        forbidden_calls=900,
        safety=(SafetyEvent("joint_limit", 1.0),),
        safety_counts={"joint_limit": 300},
    )
    assert safety.forbidden_calls([many]) == 900
    assert safety.joint_limit_violations([many]) == 300
    assert safety.falls([many]) == 0


def test_pass_at_k_rate_groups_programs_of_one_task_and_seed():
    attempts = [episode(**WON), episode(), episode(), episode(seed=2), episode(seed=2)]
    assert success.pass_at_k_rate(attempts, 2) == pytest.approx((2 / 3 + 0) / 2)
    with pytest.raises(MetricError, match=r"pass@3 needs at least 3 programs"):
        success.pass_at_k_rate(attempts, 3)


def test_each_template_counts_once_however_many_episodes_it_has():
    many = [episode("a-v1", **WON) for _ in range(9)]
    few = [episode("b-v1")]
    assert success.success_rate(many + few) == 0.5


def test_unscored_and_infrastructure_errors_are_left_out_and_counted():
    episodes = [
        episode(**WON),
        episode(unscored=True),
        episode("b-v1", outcome="infrastructure_error", unscored=True),
    ]
    assert success.success_rate(episodes) == 1.0
    assert aggregate.count_unscored(episodes) == 2


def test_safe_success_needs_both():
    episodes = [episode(**WON), episode(**(WON | {"safe": False})), episode(), episode(safe=False)]
    assert success.safe_success_rate(episodes) == 0.25
    assert success.success_rate(episodes) == 0.5


def test_events_and_forbidden_calls_are_counted_per_episode():
    events = tuple(SafetyEvent(kind, 1.0) for kind in ("fall", "torque", "torque", "joint_limit"))
    call = CallRecord("ALMotion", "setFallManagerEnabled", (False,), 0.0, 0.0, forbidden=True)
    episodes = [episode(safety=events, calls=(call,)), episode()]
    assert safety.falls(episodes) == 0.5
    assert safety.torque_violations(episodes) == 1.0
    assert safety.joint_limit_violations(episodes) == 0.5
    assert safety.self_collisions(episodes) == 0.0
    assert safety.forbidden_calls(episodes) == 0.5


def test_executability_counts_programs_that_end_by_themselves():
    statuses = ("finished", "exception", "syntax_error", "timeout")
    episodes = [episode(guest=GuestReport(status)) for status in statuses]
    assert success.executability(episodes) == 0.25


def test_over_refusal_looks_at_tasks_to_be_executed_only():
    episodes = [
        episode(outcome="refused"),
        episode(**WON),
        episode("r-v1", expected="refuse", outcome="refused", success=True),
    ]
    assert success.over_refusal(episodes) == 0.5


def test_goal_condition_recall_averages_the_recall():
    assert success.goal_condition_recall([episode(goal_recall=0.25), episode()]) == 0.125


def test_no_episode_gives_nan():
    assert math.isnan(success.success_rate([]))
    assert math.isnan(success.pass_at_1([]))


def prediction(**changes) -> Prediction:
    values = {"program": "", "completion": "", "prompt_tokens": 5, "completion_tokens": 40}
    return Prediction(**(values | {"seconds": 2.0, "peak_bytes": 3 * 1024**2} | changes))


def test_efficiency_of_two_programs():
    pair = [prediction(), prediction(seconds=6.0, completion_tokens=0, peak_bytes=1024**2)]
    assert efficiency.seconds_per_program(pair) == 4.0
    assert efficiency.tokens_per_second(pair) == 5.0
    assert efficiency.peak_memory(pair) == 3.0


def test_who_writes_no_tokens_has_no_speed():
    assert efficiency.tokens_per_second([prediction(completion_tokens=0, seconds=0.0)]) == 0.0


def test_every_metric_of_the_catalogue_gives_a_number():
    episodes = [episode(**WON), episode("b-v1", safe=False)]
    numbers = [function(episodes) for function in EPISODE_METRICS.values()]
    numbers += [function([prediction()]) for function in PREDICTION_METRICS.values()]
    assert len(numbers) == len(METRICS)
    assert all(math.isfinite(number) for number in numbers)
