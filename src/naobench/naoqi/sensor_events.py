"""The ALMemory events that follow from the robot's sensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from naobench.naoqi.memory import ALMemory
from naobench.robot import Robot

__all__ = ["CONTACT_KG", "GRAVITY", "TOUCH_EVENTS", "SensorEvents"]

GRAVITY: Final = 9.81
"""[m/s^2]: the soles report kilograms."""
CONTACT_KG: Final = 0.1
"""Our choice: a sole that carries more than this touches the ground."""
_PULSE_S: Final = 0.02
_PAUSE_S: Final = 0.5
"""Our choice: a chest button left alone for so long has been clicked to the end."""
_LIMP, _STIFF = 0.05, 0.95
"""Between these a body is neither limp nor stiff; ALMotion, "BodyStiffnessChanged"."""
_EVERY: Final = 5
"""Pulses between two looks at what changes slowly: feet, heat, stiffness."""

TOUCH_EVENTS: Mapping[str, tuple[str, ...]] = {
    "FrontTactilTouched": ("Head/Touch/Front",),
    "MiddleTactilTouched": ("Head/Touch/Middle",),
    "RearTactilTouched": ("Head/Touch/Rear",),
    **{
        f"Hand{side}{part}Touched": (f"{side[0]}Hand/Touch/{part}",)
        for side in ("Left", "Right")
        for part in ("Back", "Left", "Right")
    },
    **{
        f"{side}BumperPressed": tuple(f"{side[0]}Foot/Bumper/{part}" for part in ("Left", "Right"))
        for side in ("Left", "Right")
    },
    "ChestButtonPressed": ("ChestBoard/Button",),
}
"""Touch events and the sensors behind them; ALTouch documentation, "Events"."""

_CLICKS: Final = ("SimpleClickOccurred", "DoubleClickOccurred", "TripleClickOccurred")
_BUTTON: Final = "ChestBoard/Button"


class SensorEvents:
    """Raises the events that somebody listens to.

    Args:
        robot: The robot.
        memory: Where events are raised.
    """

    def __init__(self, robot: Robot, memory: ALMemory) -> None:
        self._robot = robot
        self._memory = memory
        self._pulses = 0
        self._pressed = dict.fromkeys(TOUCH_EVENTS, False)
        self._button = False
        self._clicks = 0
        self._pause_s = 0.0
        self._hot: frozenset[str] = frozenset()
        self._slow: Mapping[str, Callable[[], bool | int]] = {
            "footContactChanged": self._on_ground,
            "BodyStiffnessChanged": self._stiff,
        }
        self._last: dict[str, bool | int] = {}
        self._heat = ("HotJointDetected", "HotDeviceDetected", "DeviceNoLongerHotDetected")
        self._click_events = tuple(f"ALChestButton/{click}" for click in _CLICKS)
        memory.declare(*TOUCH_EVENTS, "TouchChanged", *self._slow, *self._heat)
        memory.declare(*self._click_events)

    def pulse(self) -> None:
        """Raise events where something changed; called every 20 ms."""
        self._pulses += 1
        if not self._memory.links:
            return
        self._touch()
        if any(map(self._memory.linked, self._click_events)):
            self._count_clicks()
        if self._pulses % _EVERY == 0:
            self._look_at_body()
            if any(map(self._memory.linked, self._heat)):
                self._look_at_heat()

    def _touch(self) -> None:
        memory = self._memory
        changed = []
        for event, sensors in TOUCH_EVENTS.items():
            if not (memory.linked(event) or memory.linked("TouchChanged")):
                continue
            pressed = any(map(self._robot.touched, sensors))
            if pressed != self._pressed[event]:
                self._pressed[event] = pressed
                changed += [[sensor, self._robot.touched(sensor)] for sensor in sensors]
                memory.publish(event, float(pressed))
        if changed:
            memory.publish("TouchChanged", changed)

    def _count_clicks(self) -> None:
        """Count how often the button is let go until it is left alone."""
        pressed = self._robot.touched(_BUTTON)
        self._clicks += self._button and not pressed
        self._pause_s = 0.0 if pressed else self._pause_s + _PULSE_S
        self._button = pressed
        if self._clicks and self._pause_s > _PAUSE_S:
            self._memory.publish(self._click_events[min(self._clicks, 3) - 1], None)
            self._clicks = 0

    def _look_at_body(self) -> None:
        for event, look in self._slow.items():
            if self._memory.linked(event):
                value = look()
                # Who begins to listen hears of the next change, not of how things are.
                if value != self._last.setdefault(event, value):
                    self._last[event] = value
                    self._memory.publish(event, value)

    def _on_ground(self) -> bool:
        """Return whether any foot touches the ground."""
        forces = self._robot.foot_forces()
        return any(
            sum(force for name, force in forces.items() if name.startswith(foot))
            > CONTACT_KG * GRAVITY
            for foot in ("LFoot", "RFoot")
        )

    def _stiff(self) -> int:
        """Return 0 for a limp body, 2 for a stiff one, 1 in between."""
        mean = float(self._robot.stiffness.mean())
        return 0 if mean < _LIMP else 2 if mean > _STIFF else 1

    def _look_at_heat(self) -> None:
        states = self._robot.motors.states()
        names = self._robot.joint_names
        hot = frozenset(name for name, state in zip(names, states, strict=True) if state)
        if hot - self._hot:
            listed = [name for name in names if name in hot]
            self._memory.publish("HotJointDetected", listed)
            self._memory.publish("HotDeviceDetected", listed)
        if self._hot - hot:
            cooled = [name for name in names if name in self._hot - hot]
            self._memory.publish("DeviceNoLongerHotDetected", cooled)
        self._hot = hot
