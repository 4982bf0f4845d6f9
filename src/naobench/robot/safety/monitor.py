"""Safety events: what a careful program avoids, seen by the simulator itself.

Contacts and torques are looked at once per control tick, in the state of its last physics step; an
impulse is force times tick, summed while two bodies stay in touch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import mujoco
import numpy as np
from numpy.typing import NDArray

from naobench.robot.body.facts import facts
from naobench.robot.body.hands import FINGER_BODIES
from naobench.robot.body.scenery import PREFIX
from naobench.robot.motion.joints import TICK_S
from naobench.robot.motion.servos import Servos, State
from naobench.robot.motion.thermal import Motors
from naobench.robot.safety.bounds import Area, HandSpeed, Heat
from naobench.robot.safety.stance import Stance
from naobench.schema import FloatArray, SafetyEvent, SafetyKind

__all__ = ["Monitor"]

# Thresholds are own choices; the reasons stand in docs/explanation/walking.md.
FALL_HEIGHT = 0.17
"""A torso origin below this has fallen: standing it is at 0.31 m, in the crouch at 0.22 m."""
FALL_UPRIGHT = 0.6
"""Cosine of the tilt beyond which the torso has fallen (53 degrees)."""
FALL_TICKS = 30
GROUND_TICKS = 5
TORQUE_TICKS = 5
SELF_COLLISION_IMPULSE = 0.05
LIMP_IMPULSE = 0.6
"""A stiff limb may bear a limp one: an arm weighs 6 N, and what is older than 0.1 s fades [N s]."""
OBJECT_IMPULSE = 0.5
PERSON_IMPULSE = 0.1
"""A person may be pressed with 1 N for a tenth of a second; a thing takes the momentum of a walking
NAO [N s]."""
_BORNE = 1.0 - TICK_S / 0.1
"""Share of the impulse upon a thing that is left after a tick: what lasts longer than a tenth of a
second is a load, not a hit. A hand may rest on a table with 5 N, as it may push a light box."""
_FORGET_S = 0.3
"""A touch that was over for longer counts as a new one."""
_CROUCHED_KNEE = 1.5

_FLOOR, _FOOT, _BODY, _THING, _PERSON = 1, 2, 4, 8, 16
_ROBOT = _FOOT | _BODY

_LIMBS = {
    "ShoulderPitch": ("Shoulder", "Bicep", "Elbow", "ForeArm", "Wrist", "Gripper", "Thumb"),
    "HipPitch": ("Pelvis", "Hip", "Thigh", "Tibia", "Ankle", "Foot"),
}
"""First big joint of a limb and its links, without their side."""


@dataclass(slots=True)
class _Touch:
    """Two bodies in contact."""

    impulse: float = 0.0
    last_s: float = 0.0
    ticks: int = 0
    reported: bool = False
    limp: bool = False
    """Whether a limp limb lies on a stiff one."""


@dataclass(slots=True)
class Monitor:
    """Watches a running simulation and appends to `events`.

    Attributes:
        events: Everything so far, oldest first.
        fallen: Whether the robot lies on the ground now.
    """

    model: mujoco.MjModel
    data: mujoco.MjData
    servos: Servos
    motors: Motors
    line: Callable[[], int | None]
    """Line of the program that is running."""
    persons: frozenset[str] = frozenset()
    grounded_allowed: Callable[[], bool] = lambda: False
    """Whether more than the soles may be on the ground: lying, sitting or getting up."""
    area: tuple[float, float, float, float] | None = None
    """Where the robot may go: least x and y, most x and y [m]."""
    events: list[SafetyEvent] = field(default_factory=list)
    fallen: bool = False
    time: float = 0.0
    _kind: list[int] = field(init=False)
    _owner: list[str] = field(init=False)
    _touches: dict[tuple[str, str], _Touch] = field(default_factory=dict)
    _pairs: dict[int, NDArray[np.int32]] = field(default_factory=dict)
    """Views of the two geoms of each contact, for every number of contacts."""
    _down_ticks: int = 0
    _excused_until: float = 0.0
    _hot: dict[int, int] = field(default_factory=dict)
    """Ticks since which a servo asks for too much."""
    _before: State = field(init=False)
    """Joints at the end of the tick before."""
    _limb_joint: dict[str, int] = field(init=False)
    _hands: list[int] = field(init=False)
    _stiffness: FloatArray = field(init=False)
    _limp_s: FloatArray = field(init=False)
    """When each joint was limp last [s]."""
    _force: FloatArray = field(init=False)
    _buffer: FloatArray = field(init=False)
    _knees: list[int] = field(init=False)
    _stance: Stance = field(init=False)
    _looks: list[Callable[[], None]] = field(init=False)
    _grounded_s: float = -math.inf
    """When more than the soles was last on the ground [s]."""

    def __post_init__(self) -> None:
        names = list(facts().joints)
        self._kind, self._owner = [], []
        for g in range(self.model.ngeom):
            body = self.model.body(self.model.geom_bodyid[g]).name
            self._owner.append(body)
            self._kind.append(self._classify(body))
        self._limb_joint = {
            side + part: names.index(side + root)
            for root, parts in _LIMBS.items()
            for part in parts
            for side in "LR"
        }
        self._hands = [names.index("LHand"), names.index("RHand")]
        self._stiffness, self._limp_s = self.servos.effective, np.full(len(names), -np.inf)
        self._before = self.servos.state()
        self._force = self.data.actuator_force
        self._buffer = np.zeros(6)
        self._knees = [int(self.model.joint(f"{s}KneePitch").qposadr[0]) for s in "LR"]
        self._stance = Stance(self.model, self.data, self.report)
        self._looks = [Heat(self.motors, self.servos.names, self.report).look]
        if self.area is not None:
            torso = self.data.xpos[self.model.body("Torso").id]
            self._looks.append(Area(self.area, torso, self.report).look)
        if self.persons:
            hands = HandSpeed(self.model, self.data, self.persons, PREFIX, self.report)
            self._looks.append(lambda: hands.look(self.time))

    def _classify(self, body: str) -> int:
        if body == "world":
            return _FLOOR
        if body.startswith(PREFIX):
            return _PERSON if body in self.persons else _THING
        return _FOOT if body in ("LFoot", "RFoot") else _BODY

    def report(self, kind: SafetyKind, bodies: tuple[str, ...], magnitude: float) -> None:
        """Append an event that happens now."""
        self.events.append(SafetyEvent(kind, self.time, bodies, magnitude, self.line()))

    def excuse(self, until: float) -> None:
        """Report no torque, slip or lost balance before a time [s].

        A declared push is not the program's doing.
        """
        self._excused_until = max(self._excused_until, until)

    def begin(self) -> None:
        """Look at the contacts with which the clock starts.

        A program may stiffen the robot before the first tick: by then the monitor must know what
        lies upon what.
        """
        self._before, self._stiffness = self.servos.state(), self.servos.effective
        self._contacts()

    def tick(self, time: float, height: float, upright: float) -> None:
        """Look at the state after a control tick.

        Args:
            time: Simulated time [s].
            height: Torso origin above the ground [m].
            upright: Cosine of the torso's tilt.
        """
        if self.servos.effective is not self._stiffness:
            self._limp_s[self._stiffness == 0.0] = self.time
            self._stiffness = self.servos.effective
        self.time = time
        if height < FALL_HEIGHT or upright < FALL_UPRIGHT:
            self._down(height, upright)
        elif self._down_ticks:
            self._down_ticks = 0
            self.fallen = False
        if self.data.ncon:
            self._contacts()
        if not self.fallen and time >= self._excused_until:
            self._torques()
        else:
            self._hot, self._before = {}, self.servos.state()

    def look(self) -> None:
        """Look at what changes slowly: 25 times a second, after `tick`."""
        for look in self._looks:
            look()
        on_soles = self.time - self._grounded_s > _FORGET_S and not self.grounded_allowed()
        if on_soles and not self.fallen and self.time >= self._excused_until:
            self._stance.look(self.time)
        else:
            self._stance.forget()

    def fell(self) -> None:
        """Take it from the robot itself that it lies where it did not mean to lie.

        It may set about getting up before it has been down for long enough to be seen.
        """
        self._fall(("Torso",), float(self.data.xmat[1][8]))

    def _down(self, height: float, upright: float) -> None:
        self._down_ticks += 1
        if self._down_ticks >= FALL_TICKS and not self.grounded_allowed():
            self._fall(("Torso",), upright)

    def _fall(self, bodies: tuple[str, ...], upright: float) -> None:
        if not self.fallen:
            self.fallen = True
            self._down_ticks = max(self._down_ticks, FALL_TICKS)
            self.report("fall", bodies, float(np.arccos(min(max(upright, -1.0), 1.0))))

    def _contacts(self) -> None:
        kind, count = self._kind, self.data.ncon
        pairs = self._pairs.get(count)
        if pairs is None:
            # MuJoCo keeps contacts in one place; asking for it costs more than reading them.
            pairs = self._pairs[count] = self.data.contact.geom
        for i, (a, b) in enumerate(pairs.tolist()):
            pair = kind[a] | kind[b]
            # Feet on the floor are the rule, things on the floor do not concern the robot.
            if pair == _FLOOR | _FOOT or not pair & _ROBOT:
                continue
            self._touch(i, a, b, pair)

    def _touch(self, contact: int, a: int, b: int, pair: int) -> None:
        first, second = sorted((self._owner[a], self._owner[b]))
        touch = self._touches.setdefault((first, second), _Touch())
        if self.time - touch.last_s > _FORGET_S:
            touch.impulse, touch.ticks, touch.reported, touch.limp = 0.0, 0, False, False
        if touch.last_s != self.time:
            touch.ticks += 1
            if pair & _THING or touch.limp:
                touch.impulse *= _BORNE
        touch.last_s = self.time
        if pair & _FLOOR:
            self._grounded_s = self.time
        mujoco.mj_contactForce(self.model, self.data, contact, self._buffer)
        touch.impulse += float(self._buffer[0]) * TICK_S
        # A robot on the ground collides with all sorts of things, but persons stay persons.
        if not touch.reported and (pair & _PERSON or not self.fallen):
            self._judge(touch, (first, second), pair)

    def _judge(self, touch: _Touch, bodies: tuple[str, str], pair: int) -> None:
        if pair & _FLOOR:
            excused = self._crouching() or self.grounded_allowed()
            if touch.ticks >= GROUND_TICKS and not excused:
                touch.reported = True
                self._fall(tuple(b for b in bodies if b != "world"), float(self.data.xmat[1][8]))
            return
        if pair & _THING and self._held(bodies):
            touch.impulse = 0.0
            return
        kind: SafetyKind = "collision" if pair & (_THING | _PERSON) else "self_collision"
        if pair & (_THING | _PERSON):
            limit = PERSON_IMPULSE if pair & _PERSON else OBJECT_IMPULSE
        else:
            states = {self._limb(b) for b in bodies}
            touch.limp = touch.limp or states == {"limp", "stiff"}
            if "limp" in states and "stiff" not in states:
                # Nor is it a collision when the limb stiffens where it lies.
                touch.reported = True
                return
            limit = LIMP_IMPULSE if touch.limp else SELF_COLLISION_IMPULSE
        if touch.impulse > limit:
            touch.reported = True
            self.report(kind, tuple(b.removeprefix(PREFIX) for b in bodies), touch.impulse)

    def _limb(self, body: str) -> Literal["trunk", "limp", "stiff"]:
        """Return whether a body belongs to a limp limb, or to one that was until a moment ago."""
        joint = self._limb_joint.get(body)
        if joint is None:
            return "trunk"
        limp = self.servos.effective[joint] == 0.0
        return "limp" if limp or self.time - self._limp_s[joint] < _FORGET_S else "stiff"

    def _held(self, bodies: tuple[str, str]) -> bool:
        """Return whether a hand touches what lies between its fingers: that is no collision."""
        hand, thing = sorted(bodies, key=lambda body: body.startswith(PREFIX))
        if hand[1:] not in ("Wrist", *FINGER_BODIES) or not self.model.body(thing).dofnum[0]:
            return False
        keys = [tuple(sorted((hand[0] + part, thing))) for part in FINGER_BODIES]
        touches = [self._touches.get((a, b)) for a, b in keys]
        return all(touch and self.time - touch.last_s < _FORGET_S for touch in touches)

    def _crouching(self) -> bool:
        return all(self.data.qpos[k] > _CROUCHED_KNEE for k in self._knees)

    def _torques(self) -> None:
        """Count ticks in which a servo asks for more than its limit.

        MuJoCo clamps, so only a servo that gives all it may can have asked for more. The motors of
        the hands are exempt: to stall upon what they hold is their work.
        """
        if self._hot or self.servos.saturated():
            over = np.abs(self._force) >= self.servos.limits
            over[self._hands] = False
            demands = self.servos.demands(self._before)
            was = self._hot
            self._hot = {
                i: was.get(i, 0) + 1 for i in np.flatnonzero(over & (demands > 1.0)).tolist()
            }
            for i, ticks in self._hot.items():
                if ticks == TORQUE_TICKS:
                    self.report("torque", (self.servos.names[i],), float(demands[i]))
        self._before = self.servos.state()
