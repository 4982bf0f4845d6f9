"""The MJCF of a scene: the NAO V6 from its facts, the floor and the things around it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from naobench.robot.body.appearance import MATERIALS, add_shapes
from naobench.robot.body.collision import add_collision, add_contact_rules, vector
from naobench.robot.body.facts import Drive, Joint, Link, facts
from naobench.robot.body.hands import add_coupling, add_hand
from naobench.robot.body.scenery import SUNLIGHT, Placed, add_ground, add_object
from naobench.robot.body.terrain import Plate, add_plates

__all__ = ["BASE", "FSR_QUARTERS", "TIMESTEP_S", "joint_names", "model_hash", "model_xml"]

TIMESTEP_S = 0.002
BASE = "base"
"""Name of the free joint of the torso."""
FSR_QUARTERS = ("FrontLeft", "FrontRight", "RearLeft", "RearRight")


def joint_names() -> tuple[str, ...]:
    """Return the 26 joints in the "Body" order of NAOqi."""
    return tuple(facts().joints)


def model_xml(
    friction: float,
    mass_factors: Sequence[float] = (),
    objects: Sequence[Placed] = (),
    timestep_s: float = TIMESTEP_S,
    plates: Sequence[Plate] = (),
) -> str:
    """Return the MJCF of a scene.

    Args:
        friction: Effective coefficient between foot and floor. MuJoCo takes the larger of two
            geoms, so floor and robot get the same.
        mass_factors: Factor on mass and inertia of each link, in the order of the link table;
            empty: 1 each.
        objects: Things and persons with their places.
        timestep_s: Timestep of the physics [s].
        plates: Uneven ground.
    """
    root = ET.Element("mujoco", model="nao_v6")
    ET.SubElement(root, "compiler", angle="radian", autolimits="true")
    ET.SubElement(
        root,
        "option",
        timestep=str(timestep_s),
        integrator="implicitfast",
        cone="pyramidal",
        solver="Newton",
        iterations="20",
    )
    _add_visual(root)
    _add_materials(root)
    _add_defaults(root, friction, timestep_s)
    world = ET.SubElement(root, "worldbody")
    add_ground(world, friction)
    add_plates(world, plates, friction)
    factors = mass_factors or (1.0,) * len(facts().links)
    links = {
        n: _scaled(link, k) for (n, link), k in zip(facts().links.items(), factors, strict=True)
    }
    _add_link(world, "Torso", None, links)
    for placed in objects:
        add_object(world, placed)
    add_contact_rules(root)
    add_coupling(root)
    _add_servos(root, timestep_s)
    _add_sensors(root)
    return ET.tostring(root, encoding="unicode")


@cache
def model_hash() -> str:
    """Return a short hash of the robot itself: nominal masses, empty scene."""
    return hashlib.sha256(model_xml(0.8).encode()).hexdigest()[:16]


def _scaled(link: Link, factor: float) -> Link:
    inertia = tuple(v * factor for v in link.inertia)
    return Link(link.mass * factor, link.com, inertia)  # type: ignore[arg-type]


def _add_visual(root: ET.Element) -> None:
    # The scale of all rendering: without it a far wall would change how near things look.
    ET.SubElement(root, "statistic", extent="1", center="0 0 0.3")
    visual = ET.SubElement(root, "visual")
    ET.SubElement(visual, "global", offwidth="1280", offheight="960")
    # Without multisampling: in software it costs more than drawing at twice the size.
    ET.SubElement(visual, "quality", shadowsize="0", offsamples="0")
    ET.SubElement(
        visual, "headlight", ambient=".45 .45 .45", diffuse=".35 .35 .35", specular=".1 .1 .1"
    )
    ET.SubElement(visual, "map", znear="0.02", zfar="40")


def _add_materials(root: ET.Element) -> None:
    asset = ET.SubElement(root, "asset")
    ET.SubElement(
        asset,
        "texture",
        type="skybox",
        builtin="gradient",
        rgb1=".80 .87 .94",
        rgb2=".96 .96 .96",
        width="64",
        height="64",
    )
    ET.SubElement(
        asset,
        "texture",
        {
            "name": "floor",
            "type": "2d",
            "builtin": "checker",
            "width": "256",
            "height": "256",
            "mark": "edge",
        },
        rgb1=".70 .70 .68",
        rgb2=".64 .64 .62",
        markrgb=".55 .55 .53",
    )
    ET.SubElement(
        asset,
        "material",
        name="floor",
        texture="floor",
        texrepeat="2 2",
        texuniform="true",
        reflectance="0",
    )
    for name, (rgba, shininess, emission) in MATERIALS.items():
        ET.SubElement(
            asset,
            "material",
            name=name,
            rgba=rgba,
            shininess=str(shininess),
            emission=str(emission),
        )


def _add_defaults(root: ET.Element, friction: float, timestep_s: float) -> None:
    main = ET.SubElement(root, "default")
    # At 2 ms stiff enough that a standing robot sinks in by less than 0.1 mm; the solver wants
    # contacts to take two timesteps at least.
    ET.SubElement(
        main,
        "geom",
        condim="3",
        friction=f"{friction:g} 0.005 0.0001",
        solref=f"{2.5 * timestep_s:g} 1",
    )
    ET.SubElement(
        ET.SubElement(main, "default", {"class": "collision"}), "geom", group="3", rgba="1 .3 .3 .5"
    )
    ET.SubElement(
        ET.SubElement(main, "default", {"class": "visual"}),
        "geom",
        group="1",
        contype="0",
        conaffinity="0",
        mass="0",
    )
    ET.SubElement(
        ET.SubElement(main, "default", {"class": "object"}),
        "geom",
        group="0",
        friction="0.6 0.005 0.0001",
        # A thing has its own coefficient against everything, whatever the floor is like.
        priority="1",
        # MuJoCo's friction creeps: with its default a cylinder slides 1 mm a second through a hand.
        solimp="0.998 0.998 0.001",
    )


def _add_link(
    parent: ET.Element, name: str, joint: tuple[str, Joint] | None, links: Mapping[str, Link]
) -> None:
    body = ET.SubElement(parent, "body", name=name)
    if joint is None:
        ET.SubElement(body, "freejoint", name=BASE)
    else:
        body.set("pos", vector(joint[1].offset))
        _add_joint(body, *joint)
    link = links[name]
    ET.SubElement(
        body,
        "inertial",
        pos=vector(link.com),
        mass=f"{link.mass:.8g}",
        fullinertia=vector(link.inertia),
    )
    add_collision(body, name)
    add_shapes(body, name)
    _add_places(body, name)
    for child_joint, child in facts().joints.items():
        if child.parent != name:
            continue
        if child.drive == "hand":
            for finger in add_hand(body, child_joint, child, links[child.child]):
                add_shapes(finger, finger.get("name", ""))
        else:
            _add_link(body, child.child, (child_joint, child), links)


def _add_joint(body: ET.Element, name: str, joint: Joint) -> None:
    drive = facts().drives[joint.drive]
    ET.SubElement(
        body,
        "joint",
        name=name,
        axis=vector(joint.axis),
        range=vector((joint.low, joint.high)),
        armature=f"{drive.armature:g}",
        damping=f"{drive.viscous:g}",
        frictionloss=f"{drive.friction:g}",
    )


def _add_places(body: ET.Element, name: str) -> None:
    """Append the sites of the sensors, and the cameras."""
    raw = facts().raw
    if name == "Torso":
        # Shadows are drawn by the studio: a shadow map in software takes longer than all the rest.
        ET.SubElement(
            body,
            "light",
            mode="track",
            directional="true",
            castshadow="false",
            pos="0.8 -0.6 2",
            dir=vector(SUNLIGHT),
            diffuse=".5 .5 .5",
        )
        ET.SubElement(body, "site", name="imu", pos=vector(raw["imu"]["position"]), group="4")
    if name == "Head":
        for camera in ("CameraTop", "CameraBottom"):
            _add_camera(body, camera, raw["cameras"][camera])
    if name in ("LFoot", "RFoot"):
        _add_fsr(body, name)


def _add_camera(body: ET.Element, name: str, fact: Mapping[str, Any]) -> None:
    pitch = float(fact["pitch"])
    # A MuJoCo camera looks along -z with y up: right is -y of the head, up leans with the pitch.
    axes = (0, -1, 0, math.sin(pitch), 0, math.cos(pitch))
    fovy = math.degrees(facts().raw["cameras"]["fov"][1])
    ET.SubElement(
        body,
        "camera",
        name=name,
        pos=vector(fact["position"]),
        xyaxes=vector(axes),
        fovy=f"{fovy:.4g}",
    )


def _add_fsr(body: ET.Element, name: str) -> None:
    """Append four sites that tile the sole; MuJoCo sums the contact forces inside each."""
    length, width, height = facts().raw["foot"]["box_size"]
    x, y, z = facts().raw["foot"]["box_centre"]
    side = -1 if name[0] == "R" else 1
    for quarter in FSR_QUARTERS:
        dx = length / 4 * (1 if quarter.startswith("Front") else -1)
        dy = width / 4 * (1 if quarter.endswith("Left") else -1)
        ET.SubElement(
            body,
            "site",
            name=f"{name}/FSR/{quarter}",
            type="box",
            group="4",
            pos=vector((x + dx, y * side + dy, z - height / 2)),
            # 0.2 mm wider than a quarter: contacts sit on the very edge of the box.
            size=vector((length / 4 + 2e-4, width / 4 + 2e-4, 0.004)),
        )


def servo_damping(drive: Drive) -> float:
    """Return the velocity gain of a servo [N m s/rad]."""
    return 2 * drive.damping_ratio * math.sqrt(drive.gain * drive.armature)


def _lost_damping(drive: Drive, timestep_s: float) -> float:
    """Return the damping that a servo loses to a timestep beyond the nominal one [N m s/rad].

    Damping is integrated implicitly, stiffness is not: it pulls towards where the joint was at the
    beginning of the step, which takes away damping in proportion to gain and timestep. With the
    factor (own choice) the robot walks as fast at 5 ms as at 2 ms; bench/speed.py compares.
    """
    return 1.5 * drive.gain * (timestep_s - TIMESTEP_S)


def _add_servos(root: ET.Element, timestep_s: float) -> None:
    actuator = ET.SubElement(root, "actuator")
    for name, joint in facts().joints.items():
        drive = facts().drives[joint.drive]
        ET.SubElement(
            actuator,
            "position",
            name=name,
            joint=name,
            kp=f"{drive.gain:g}",
            kv=f"{servo_damping(drive) + _lost_damping(drive, timestep_s):.6g}",
            forcerange=vector((-joint.torque, joint.torque)),
        )


def _add_sensors(root: ET.Element) -> None:
    sensor = ET.SubElement(root, "sensor")
    ET.SubElement(sensor, "accelerometer", name="accelerometer", site="imu")
    ET.SubElement(sensor, "gyro", name="gyro", site="imu")
    ET.SubElement(sensor, "framequat", name="attitude", objtype="xbody", objname="Torso")
    for foot in ("LFoot", "RFoot"):
        for quarter in FSR_QUARTERS:
            name = f"{foot}/FSR/{quarter}"
            ET.SubElement(sensor, "touch", name=name, site=name)
