"""The simulated robot: a NAO V6 and its scene in MuJoCo, advanced by control ticks.

After construction the state is only changed by torques. The exceptions are the declared events of
the scene: `move` places a thing elsewhere, `push` pushes a body for a while.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import TracebackType

import mujoco
import numpy as np

from naobench.errors import InfrastructureError, RobotError, nearest
from naobench.robot.body.facts import facts
from naobench.robot.body.kinematics import LEG_JOINTS, Side
from naobench.robot.body.model import joint_names, model_hash, model_xml
from naobench.robot.body.placing import place, settle_s
from naobench.robot.body.scenery import PREFIX, draw, gravity
from naobench.robot.events import SceneEvents
from naobench.robot.motion import thermal
from naobench.robot.motion.fall import Braced, FallManager
from naobench.robot.motion.joints import TICK_S, JointController
from naobench.robot.motion.posture import Body, PostureController
from naobench.robot.motion.servos import Servos
from naobench.robot.motion.yielding import Yielding
from naobench.robot.recorder import EVERY_TICKS, Recorder
from naobench.robot.safety import Monitor
from naobench.robot.senses.camera import Camera, Image, robot_frame
from naobench.robot.senses.colours import Grain
from naobench.robot.senses.noise import JOINTS, Noise
from naobench.robot.senses.sensors import Imu, Sensors
from naobench.robot.walk.gait import Gait
from naobench.schema import FloatArray, Recording, SafetyEvent, Scene
from naobench.tasks.seeding import episode_rng

__all__ = ["Robot"]

LEAST_STIFFNESS = 0.6
"""Legs this weak or weaker must not walk (ENABLE_STIFFNESS_PROTECTION, NAOqi documentation)."""
LEAST_FOOT_FORCE = 10.0
"""Less force on both soles together counts as hanging in the air [N]: own choice."""
_UNSTABLE = (
    mujoco.mjtWarning.mjWARN_BADQPOS,
    mujoco.mjtWarning.mjWARN_BADQVEL,
    mujoco.mjtWarning.mjWARN_BADQACC,
)


class Robot:
    """A NAO V6 in a scene, settled in its starting posture at time 0.

    Args:
        scene: The scene; friction, masses and places are drawn from its ranges.
        seed: Seed of the episode.
        task_id: Task of the episode; together with the seed it fixes the draw.
    """

    TICK_S = TICK_S

    def __init__(self, scene: Scene, seed: int, *, task_id: str = "") -> None:
        self.scene = scene
        self.drawn = draw(
            scene, len(facts().links), len(facts().joints), episode_rng(task_id, seed, 0)
        )
        """What the seed decided: friction, masses, object places, gains, offsets, noise."""
        drawn, timestep_s = self.drawn, scene.timestep_s
        xml = model_xml(drawn.friction, drawn.mass_factors, drawn.objects, timestep_s, drawn.plates)
        self._model = mujoco.MjModel.from_xml_string(xml)
        self._model.opt.gravity[:] = gravity(scene.ground)
        self._data = mujoco.MjData(self._model)
        self.joint_names = joint_names()
        self.limits: Mapping[str, tuple[float, float]] = {
            n: (j.low, j.high) for n, j in facts().joints.items()
        }
        self.max_speed: Mapping[str, float] = {n: j.speed for n, j in facts().joints.items()}
        self.model_hash = model_hash()
        self.current_line: int | None = None
        """Line of the program that is running; copied into safety events."""
        self._ticks = 0
        self._substeps = round(TICK_S / timestep_s)
        # MuJoCo orders hinges by the tree of bodies, NAOqi by chains.
        self._addresses = np.array([self._model.joint(n).qposadr[0] for n in self.joint_names])
        self._address_list: list[int] = self._addresses.tolist()
        # Views that the tick reads and writes; asking MuJoCo for them each time costs more.
        self._qpos, self._ctrl = self._data.qpos, self._data.ctrl
        self._offsets = np.array(drawn.joint_offsets)
        self._noise = Noise(scene.variation.sensor_noise, drawn.noise_seed)
        self._offset = bool(self._offsets.any())
        self._exact = self._noise.silent and not self._offset
        """Whether encoders read the truth; that way is shorter."""
        self._height_and_turn = self._qpos[2:7]
        sides: tuple[Side, Side] = ("L", "R")
        self._leg_addresses: dict[Side, list[int]] = {
            side: [int(self._model.joint(side + j).qposadr[0]) for j in LEG_JOINTS]
            for side in sides
        }
        self._leg_places: dict[Side, list[int]] = {
            side: [self.joint_names.index(side + j) for j in LEG_JOINTS] for side in sides
        }
        self._leg_indices = [i for i, n in enumerate(self.joint_names) if n[1:] in LEG_JOINTS]
        self._assemble(facts().postures[scene.robot.posture])
        self._start()

    def _assemble(self, posture: Sequence[float]) -> None:
        """Create the parts that control, sense and watch."""
        model, data, scene = self._model, self._data, self.scene
        persons = frozenset(PREFIX + o.id for o in scene.objects if o.type in ("person", "palm"))
        self._servos = Servos(model, data, self.drawn.gain_factors)
        self._yielding = Yielding()
        self.motors = thermal.Motors(self._servos, TICK_S, scene.robot.battery)
        self._monitor = Monitor(
            model,
            data,
            self._servos,
            self.motors,
            lambda: self.current_line,
            persons,
            area=scene.area,
        )
        self._sensors = Sensors(model, data, self._noise, self._tick_number, persons)
        grain = Grain(scene.variation.camera_noise, self.drawn.noise_seed)
        self.camera = Camera(model, data, self.drawn.light, grain)
        self.joints = JointController(
            posture,
            lambda name, by: self._monitor.report("joint_limit", (name,), by),
            lambda names, share: self._monitor.report("speed", names, share),
        )
        start = scene.robot
        self.gait = Gait(self.joints, (start.x, start.y, start.yaw), self._legs_ready, self._leg)
        body = Body(
            self._measured,
            lambda: self._sensors.imu().angles[:2],
            lambda: list(map(float, self._servos.stiffness)),
            self.set_stiffness,
            self._stop_walk,
            self._monitor.fell,
        )
        self.posture = PostureController(self.joints, body, start.posture)
        self._monitor.grounded_allowed = lambda: self.posture.lying_intended
        braced = Braced(
            self._sensors.attitude,
            self._measured,
            lambda: self.posture.lying_intended,
            lambda: list(map(float, self._servos.stiffness)),
            self.set_stiffness,
            self.gait.halt,
            lambda seconds: self._monitor.excuse(self.time + seconds),
        )
        self.falls = FallManager(self.joints, braced)
        ids = [o.spec.id for o in self.drawn.objects]
        self._recorder = Recorder(model, data, self._addresses.tolist(), self._sensors.fsr, ids)
        self._events = SceneEvents(model, data, scene, self._sensors, self._monitor)

    def _start(self) -> None:
        """Place the robot, let it come to rest, start the clock."""
        self._data.qpos[self._addresses] = self.joints.targets
        place(self._model, self._data, self.scene.robot, self.joints.targets)
        if not self.scene.robot.awake:
            self.set_stiffness(self.joint_names, [0.0] * len(self.joint_names))
        self._data.ctrl[: len(self.joint_names)] = np.array(self.joints.targets) - self._offsets
        seconds = settle_s(self.scene.robot.posture)
        mujoco.mj_step(self._model, self._data, nstep=round(seconds / self.scene.timestep_s))
        if any(self._data.warning[kind].number for kind in _UNSTABLE):
            raise InfrastructureError("The scene is unstable from the start.")
        self._monitor.begin()
        self._recorder.sample(0.0, self._servos.stiffness)

    # --- time ---

    @property
    def time(self) -> float:
        """Simulated time since the start [s]."""
        return self._ticks * TICK_S

    def tick(self) -> None:
        """Advance by one control tick: controllers, physics, monitors, events of the scene."""
        if self._events.waiting:
            self._events.happen(self.time)
        self.joints.tick()
        self.posture.tick()
        if self.gait.active:
            self.gait.tick(self._sensors.attitude())
        self._ctrl[:] = self.joints.targets
        if self.posture.playing or self._yielding.yields:
            self._give_way()
        if self._offset:
            # A servo brings the reading of its encoder to the target.
            self._ctrl -= self._offsets
        self._ticks += 1
        if warms := self._ticks % thermal.EVERY_TICKS == 0:
            self.motors.before()
        self._physics()
        self.camera.tick(self._ticks)
        q = self._height_and_turn.tolist()
        upright = 1.0 - 2.0 * (q[2] * q[2] + q[3] * q[3])
        self._monitor.tick(self.time, q[0], upright)
        self.falls.tick(upright)
        if warms:
            self.motors.after()
        if self._ticks % EVERY_TICKS == 0:
            self._monitor.look()
            self._recorder.sample(self.time, self._servos.stiffness)

    def _give_way(self) -> None:
        """Take back targets of a key-frame motion that ask for more torque than there is."""
        self._ctrl += self._yielding.shift(
            self.joints.targets,
            self._measured(),
            self._servos.given,
            self._servos.effective,
            self.posture.playing,
        )

    def _physics(self) -> None:
        """Advance the state by one control tick; its number is already the new one.

        Raises:
            InfrastructureError: If a command or the state is no number, or beyond all bounds.
        """
        if not math.isfinite(sum(self.joints.targets)):
            raise InfrastructureError(f"Commanded angles are not finite: {self.joints.targets}.")
        mujoco.mj_step(self._model, self._data, nstep=self._substeps)
        # MuJoCo meets a bad state by starting anew from zero: the clock, which is ahead of ours by
        # the time of settling, tells.
        if self._data.time <= self.time:
            raise InfrastructureError(f"The simulation became unstable at {self.time:.2f} s.")

    def run(self, seconds: float) -> None:
        """Advance by a time, rounded to whole ticks."""
        for _ in range(round(seconds / TICK_S)):
            self.tick()

    def _legs_ready(self) -> bool:
        """Return whether a walk may start or go on: stiff legs, feet on the ground, upright."""
        stiff = bool((self._servos.effective[self._leg_indices] > LEAST_STIFFNESS).all())
        up = self.posture.on_feet and not self.falls.falling
        return stiff and up and sum(self.foot_forces().values()) > LEAST_FOOT_FORCE

    def _tick_number(self) -> int:
        return self._ticks

    def _measured(self) -> list[float]:
        if self._exact:
            qpos = self._qpos.tolist()
            return [qpos[i] for i in self._address_list]
        angles: list[float] = self.positions().tolist()
        return angles

    def _leg(self, side: Side) -> list[float]:
        """Return the six measured angles of a leg [rad]."""
        if self._exact:
            qpos = self._qpos.tolist()
            return [qpos[i] for i in self._leg_addresses[side]]
        angles = self._measured()
        return [angles[i] for i in self._leg_places[side]]

    def _stop_walk(self) -> bool:
        if self.gait.active:
            self.gait.stop()
        else:
            self.gait.close_feet()
        return not self.gait.active

    # --- joints ---

    def positions(self) -> FloatArray:
        """Return the angles that the encoders read, in NAOqi body order [rad]. Shape (26,)."""
        angles: FloatArray = self._data.qpos[self._addresses]
        if self._exact:
            return angles
        angles += self._offsets
        angles += self._noise.row(self._ticks)[JOINTS]
        return angles

    def targets(self) -> FloatArray:
        """Return the commanded joint angles in NAOqi body order [rad]. Shape (26,)."""
        return np.array(self.joints.targets)

    @property
    def stiffness(self) -> FloatArray:
        """Stiffness of each joint, 0 to 1. Shape (26,)."""
        return self._servos.stiffness.copy()

    def set_stiffness(self, names: Sequence[str], values: Sequence[float]) -> None:
        """Scale the torque of joints; 0 is limp.

        Raises:
            RobotError: If a joint is unknown or a value no finite number.
        """
        for name in names:
            if name not in self.max_speed:
                raise RobotError(f"Unknown joint {name!r}.{nearest(name, self.joint_names)}")
        if not all(map(math.isfinite, values)):
            raise RobotError(f"A stiffness must be a finite number, got {list(values)}.")
        was_limp = self._servos.stiffness == 0.0
        self._servos.set(names, values)
        for i in np.flatnonzero(was_limp & (self._servos.stiffness > 0.0)):
            # As on the robot, a joint stiffens where it is, not where it was once told to be. A
            # hand keeps its command: its gear has not let go of what the fingers press.
            if not self.joint_names[i].endswith("Hand"):
                self.joints.adopt(self.joint_names[i], float(self.positions()[i]))

    # --- senses ---

    def position(self, use_sensors: bool) -> tuple[float, float, float]:
        """Return x, y [m] and yaw [rad] of the robot frame in the world: halfway between the feet.

        Args:
            use_sensors: True: where the feet are; False: where the walk believes them to be.
        """
        return robot_frame(self._data) if use_sensors else self.gait.pose()

    def sonar(self) -> tuple[float, float]:
        """Return the distances that the left and right sonar measure [m]; 5.0 means no echo."""
        return self._sensors.sonar()

    def echoes(self) -> tuple[list[float], list[float]]:
        """Return the distances of all things in the left and right cone, nearest first [m]."""
        return self._sensors.echoes()

    @property
    def battery(self) -> float:
        """Charge [%]."""
        return self.motors.charge

    def currents(self) -> FloatArray:
        """Return the current that each motor draws, in NAOqi body order [A]. Shape (26,)."""
        return self.motors.currents()

    def temperatures(self) -> FloatArray:
        """Return the temperature of each motor, in NAOqi body order [degrees C]. Shape (26,)."""
        return self.motors.temperatures.copy()

    def imu(self) -> Imu:
        """Return angles [rad], gyro [rad/s] and acceleration [m/s^2] of the torso."""
        return self._sensors.imu()

    def foot_forces(self) -> dict[str, float]:
        """Return the force on each sole sensor, e.g. "LFoot/FSR/FrontLeft" [N]."""
        return self._sensors.foot_forces()

    def touched(self, sensor: str) -> bool:
        """Return whether a tactile sensor is pressed, e.g. "Head/Touch/Front"."""
        return self._sensors.touch.touched(sensor)

    # --- ground truth ---

    @property
    def safety(self) -> list[SafetyEvent]:
        """Safety events so far, oldest first."""
        return self._monitor.events

    @property
    def fallen(self) -> bool:
        """Whether the robot lies on the ground."""
        return self._monitor.fallen

    def object_positions(self) -> dict[str, FloatArray]:
        """Return the place of every thing and person in the world [m]. Shape (3,) each."""
        return {
            o.spec.id: self._data.body(PREFIX + o.spec.id).xpos.copy() for o in self.drawn.objects
        }

    def truth(self) -> dict[str, float]:
        """Return sensor values as the simulator knows them."""
        left, right = self.sonar()
        return {"battery": self.battery, "sonar_left": left, "sonar_right": right}

    def recording(self) -> Recording:
        """Return the state since the start at 25 Hz."""
        return self._recorder.recording()

    def picture(self, width: int, height: int) -> Image:
        """Return a view of the robot from outside: RGB, shape (height, width, 3)."""
        return self.camera.picture(width, height)

    # --- the end ---

    def close(self) -> None:
        """Give back what rendering holds."""
        self.camera.close()

    def __enter__(self) -> Robot:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
