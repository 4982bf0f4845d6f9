"""The nouns that pass from room to room.

What comes in as YAML or JSON is a pydantic model; what only lives at run time is a frozen
dataclass. SI units throughout: metres, radians, seconds, kilograms, newtons. World frame: x and
y on the ground, z up; the robot starts at the origin looking along x unless its scene says
otherwise. Quaternions are (w, x, y, z), as in MuJoCo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FloatArray = npt.NDArray[np.float64]
Json = Any
"""Whatever `json.loads` can return."""

Language = Literal["en", "zh"]
Family = Literal["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"]
OutcomeClass = Literal["execute", "ask", "decline", "refuse"]
EpisodeOutcome = Literal[
    "success",
    "goal_unmet",
    "declined",
    "asked",
    "refused",
    "no_code",
    "syntax_error",
    "forbidden_api",
    "runtime_error",
    "timeout",
    "safety_stop",
    "infrastructure_error",
]
SafetyKind = Literal[
    "fall",
    "self_collision",
    "joint_limit",
    "torque",
    "collision",
    "speed",
    "temperature",
    "balance",
    "slip",
    "area",
]

SAYING_NO: Mapping[str, OutcomeClass] = {
    "naobench/Ask": "ask",
    "naobench/Decline": "decline",
    "naobench/Refuse": "refuse",
}
"""ALMemory events by which a program says that it will not (yet) do what it was told."""


Finite = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Finite, Finite]
"""Least and most."""


class Frozen(BaseModel):
    """A closed, immutable record: unknown keys are errors, because a typo must not pass.

    So are NaN and infinity, which JSON in Python lets in and which would poison a simulation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# --- what a model sees ------------------------------------------------------------------------


class Question(Frozen):
    """All that a model may see of a task."""

    task_id: str
    instruction: str
    language: Language


# --- the scene --------------------------------------------------------------------------------


class SceneObject(Frozen):
    """A thing or a person in the scene."""

    id: str
    type: Literal["ball", "box", "cylinder", "wall", "person", "table", "palm"]
    position: tuple[float, float, float]
    """Centre in the world frame [m]; of a person, the point between the feet; of a table, the point
    on the floor under its middle; of a palm (a person's hand held out to take something, fixed),
    the middle of its upper side."""
    yaw: float = 0.0
    size: tuple[float, ...] = ()
    """ball: radius; box, wall: full lengths; cylinder: radius, height; person: height; table:
    length, width, height; palm: length and width without fingers [m]."""
    color: str = "red"
    """Name (red, green, blue, yellow, white, black, orange, purple, grey) or #rrggbb."""
    mass: float | None = None
    """None: fixed to the ground [kg]."""
    jitter: float = 0.0
    """Radius of the disc in which each seed places the object anew [m]."""


class SceneEvent(Frozen):
    """A declared disturbance: the only thing besides torques that may move anything."""

    at_s: Annotated[float, Field(ge=0)]
    """Simulated time since the program started."""
    do: Literal["move", "push", "touch", "release"]
    target: str
    """move: object id; push: a robot body; touch, release: a sensor such as "Head/Touch/Front"."""
    to: tuple[float, float, float] | None = None
    """move: new position [m]."""
    force: tuple[float, float, float] | None = None
    """push: force in the world frame [N]."""
    duration_s: float = 0.1


class RobotStart(Frozen):
    """How the robot stands when the program starts."""

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0
    posture: Literal[
        "Stand",
        "StandInit",
        "StandZero",
        "Crouch",
        "Sit",
        "SitRelax",
        "LyingBelly",
        "LyingBack",
    ] = "StandInit"
    awake: bool = True
    """False: stiffness 0 in all joints."""
    battery: Annotated[float, Field(ge=0, le=100)] = 80.0
    """Charge [%]."""


class Variation(Frozen):
    """How far the robot of an episode may be from the nominal one; drawn anew for each seed."""

    gain_scale: Range = (1.0, 1.0)
    """Range of the factor on the gains of every servo."""
    joint_offset: Annotated[float, Field(ge=0, le=0.1)] = 0.0
    """Most by which an encoder reads too much or too little, for the whole episode [rad]."""
    sensor_noise: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Factor on the standard deviations that `nao_v6.yaml` gives for the sensors; 0: no noise."""
    camera_noise: Annotated[float, Field(ge=0, le=100)] = 0.0
    """Standard deviation of every pixel and channel, of 255."""
    light: Range = (1.0, 1.0)
    """Range of the factor on the brightness of the lamps."""


class Ground(Frozen):
    """What the robot walks on."""

    slope: tuple[Finite, Finite] = (0.0, 0.0)
    """Rise towards +x and towards +y [rad]. The world frame keeps to the ground: gravity tilts."""
    roughness: Annotated[float, Field(ge=0, le=0.02)] = 0.0
    """Height between the lowest and the highest places of uneven ground [m]."""


def _known_timestep(value: float) -> float:
    """Refuse timesteps at which the robot was never tried."""
    if value not in (0.002, 0.005):
        raise ValueError(f"must be 0.002 or 0.005 [s], got {value:g}")
    return value


class Scene(Frozen):
    """Everything physical about a task. Ranges are drawn anew for each seed."""

    objects: tuple[SceneObject, ...] = ()
    robot: RobotStart = RobotStart()
    events: tuple[SceneEvent, ...] = ()
    friction: tuple[float, float] = (0.6, 1.0)
    """Range of the effective foot-floor friction coefficient."""
    mass_scale: tuple[float, float] = (0.95, 1.05)
    """Range of the factor on the mass of every link."""
    variation: Variation = Variation()
    ground: Ground = Ground()
    area: tuple[Finite, Finite, Finite, Finite] | None = None
    """Where the robot may go: least x and y, most x and y in the world frame [m]."""
    timestep_s: Annotated[float, AfterValidator(_known_timestep)] = 0.002
    """Timestep of the physics: 0.005 is the fast profile [s]."""


# --- the goal ---------------------------------------------------------------------------------


class Condition(Frozen):
    """One goal condition: a predicate of the closed registry with its arguments."""

    p: str
    args: Mapping[str, Json] = {}
    weight: Annotated[float, Field(gt=0)] = 1.0


class Goal(Frozen):
    """When a task counts as done."""

    all: tuple[Condition, ...] = ()
    must_not: tuple[Condition, ...] = ()
    ordered: bool = False
    """True: the conditions in `all` must become true in the order in which they stand."""
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    """Simulated time after which the episode ends [s]."""


class Safety(Frozen):
    """Safety limits of a task."""

    critical: tuple[SafetyKind, ...] = (
        "fall",
        "self_collision",
        "joint_limit",
        "torque",
        "collision",
        "temperature",
        "area",
    )
    """Events of these kinds spoil safe success."""
    forbidden: tuple[str, ...] = ()
    """Methods ("ALMotion.rest") that this task forbids besides the gate's own list."""


class Outcome(Frozen):
    """Which outcome a task expects."""

    expected: OutcomeClass = "execute"
    reason: str | None = None
    """Why not to execute: unsafe, infeasible, ambiguous."""
    twin: Twin | None = None
    """The benign twin, for tasks that are not to be executed."""


class Twin(Frozen):
    """The task with the same words bar the trigger, which is to be executed."""

    template_id: str
    instruction: str
    scene: Scene
    goal: Goal
    reference: str


class Record(Frozen):
    """The answer side of a dataset row: everything a judge needs and a model must not see."""

    schema_version: Literal["nao-codegen/1.0"] = "nao-codegen/1.0"
    task_id: str
    template_id: str
    """Versioned: "walk_forward-v1"."""
    instruction: str = ""
    """The words of the question again, for the people who read how it was judged."""
    split: Literal["train", "test"]
    language: Language
    parallel_id: str
    """Shared by the rows that say the same in several languages."""
    family: Family
    level: Annotated[int, Field(ge=1, le=5)]
    services: tuple[str, ...]
    outcome: Outcome = Outcome()
    scene: Scene = Scene()
    goal: Goal
    safety: Safety = Safety()
    reference: str
    """A program that passes."""


class Row(Frozen):
    """One line of a dataset file."""

    question: Question
    answer: Record


class Prediction(Frozen):
    """What a test algorithm returns for one row. Extra keys are refused."""

    program: str
    completion: str
    prompt_tokens: Annotated[int, Field(ge=0)]
    completion_tokens: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(ge=0)]
    peak_bytes: Annotated[int, Field(ge=0)]


# --- what happens in an episode -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SafetyEvent:
    """Something that a careful program avoids."""

    kind: SafetyKind
    time: float
    """Simulated time since the program started [s]."""
    bodies: tuple[str, ...] = ()
    """Joints or bodies involved."""
    magnitude: float = 0.0
    """fall: tilt [rad]; self_collision, collision: impulse [N s]; joint_limit: excess [rad];
    torque: demanded torque over the limit [1]; speed: over the limit [1]; temperature: of the motor
    [degrees C]; balance: of the capture point outside the hull of both soles [m]; slip: way of the
    sole [m]; area: how far outside [m]."""
    line: int | None = None
    """Line of the program that was running."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of a NAOqi method."""

    service: str
    method: str
    args: tuple[Json, ...]
    start: float
    end: float | None
    """None: still running when the episode ended."""
    result: Json = None
    error: str | None = None
    line: int | None = None
    displacement: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Planar motion during the call, in the robot frame at its start: x, y [m], yaw [rad]."""
    forbidden: bool = False
    """True: refused by the gate."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a call, on its way back to the program."""

    ticket: int
    value: Json = None
    error: str | None = None
    """Text of the RuntimeError that the program is to see."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An ALMemory event on its way to a callback of the program."""

    link: int
    value: Json


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something the robot said aloud."""

    text: str
    start: float
    end: float
    language: str = "English"


@dataclass(frozen=True, slots=True)
class LedChange:
    """A LED group that was told to take a colour."""

    group: str
    rgb: tuple[float, float, float]
    """0 to 1 each."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Signal:
    """An ALMemory event that the program raised."""

    name: str
    value: Json
    time: float


@dataclass(frozen=True, slots=True)
class Recording:
    """State of the robot and its scene at 25 Hz, taken from the simulator."""

    time: FloatArray
    """Since the program started [s]. Shape (n,)."""
    torso: FloatArray
    """Torso origin and orientation in the world frame, x y z w x y z. Shape (n, 7)."""
    joints: FloatArray
    """Measured joint positions in NAOqi body order [rad]. Shape (n, 26)."""
    stiffness: FloatArray
    """Shape (n, 26)."""
    hands: FloatArray
    """Left and right hand origin in the world frame [m]. Shape (n, 2, 3)."""
    gaze: FloatArray
    """CameraTop: origin and unit viewing direction in the world frame. Shape (n, 6)."""
    foot_force: FloatArray
    """Vertical ground force on the left and right foot [N]. Shape (n, 2)."""
    objects: Mapping[str, FloatArray]
    """Pose of each object in the world frame, x y z w x y z. Shape (n, 7) each."""


@dataclass(frozen=True, slots=True)
class Trace:
    """All that goal conditions may look at."""

    recording: Recording
    calls: tuple[CallRecord, ...] = ()
    spoken: tuple[Utterance, ...] = ()
    leds: tuple[LedChange, ...] = ()
    signals: tuple[Signal, ...] = ()
    safety: tuple[SafetyEvent, ...] = ()
    scene: Scene = field(default_factory=Scene)
    truth: Mapping[str, float] = field(default_factory=dict)
    """Sensor values as the simulator knows them at the end: "battery" [%], "sonar_left" and
    "sonar_right" [m]."""


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """Whether and when a goal condition became true."""

    p: str
    args: Mapping[str, Json]
    met: bool
    first_s: float | None
    """First time at which it held [s]; None if it never did."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class GuestReport:
    """How a program under test ended, as its host saw it. Never a verdict."""

    status: Literal[
        "finished",
        "exception",
        "syntax_error",
        "vanished",
        "timeout",
        "compute_budget",
        "protocol",
        "no_code",
    ]
    """vanished: the process ended without saying how; protocol: it sent what no guest sends."""
    error: str | None = None
    """Type and message of the exception, e.g. "NameError: name 'x' is not defined"."""
    line: int | None = None
    traceback: str | None = None
    stdout: str = ""
    """Captured output, capped."""
    layers: tuple[str, ...] = ()
    """Sandbox layers in force: rlimits, no_new_privs, landlock, seccomp, bubblewrap."""
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Episode:
    """One program, in one task, under one seed."""

    task_id: str
    template_id: str
    family: str
    level: int
    language: str
    expected: OutcomeClass
    seed: int
    program: str
    outcome: EpisodeOutcome
    success: bool
    goal_recall: float
    """Share of the weighted goal conditions that were met."""
    safe: bool
    """No critical safety event and no forbidden call."""
    conditions: tuple[ConditionResult, ...] = ()
    violations: tuple[ConditionResult, ...] = ()
    """`must_not` conditions that came true."""
    safety: tuple[SafetyEvent, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    spoken: tuple[Utterance, ...] = ()
    signals: tuple[Signal, ...] = ()
    guest: GuestReport | None = None
    simulated_s: float = 0.0
    unscored: bool = False
    """True: infrastructure failed, or vision had no renderer; not ranked, but counted."""
    note: str | None = None
    """Why, in words for people."""
    picture: str | None = None
    """File name of a picture beside the episode file."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """naobench, mujoco and the hash of the robot model."""
    instruction: str = ""
    """What the robot was asked to do, for the people who read the episode."""
    calls_made: int = 0
    """All calls; of very many only the first, the last and the first forbidden ones are in `calls`.
    """
    forbidden_calls: int = 0
    """All calls that the gate refused."""
    safety_counts: Mapping[str, int] = field(default_factory=dict)
    """All safety events by kind; of very many only the first are in `safety`."""
    signals_raised: int = 0
    """All signals; of very many only the first are in `signals`."""
    utterances: int = 0
    """All utterances; of very many only the first are in `spoken`."""


Outcome.model_rebuild()
