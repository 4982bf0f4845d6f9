import mujoco
import numpy as np
import pytest

from naobench.errors import DatasetError
from naobench.robot import Robot
from naobench.robot.body.facts import facts
from naobench.robot.body.model import model_hash, model_xml
from naobench.schema import Scene, SceneObject

G = 9.81


def test_head_inertia_is_about_its_centre_of_mass():
    head = facts().links["Head"]
    published = np.array([0.00292981872, 0.00283859256, 0.00071689593])
    c = np.array(head.com)
    shift = head.mass * (c @ c - c * c)
    assert head.inertia[:3] == pytest.approx(published - shift)
    # A solid body: no principal moment exceeds the sum of the others.
    xx, yy, zz, xy, xz, yz = head.inertia
    principal = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    assert principal[0] > 0 and principal[2] < principal[0] + principal[1]


def test_robot_weighs_what_its_links_weigh(robot):
    assert robot._model.body("Torso").subtreemass[0] == pytest.approx(5.36775, abs=1e-4)


def test_centre_of_mass_of_a_dropped_robot_falls_like_a_stone(robot):
    robot._data.qpos[2] += 1.0
    mujoco.mj_forward(robot._model, robot._data)
    start = robot._data.subtree_com[1, 2]
    velocity = 0.0
    ticks = 30
    for _ in range(ticks):
        robot.tick()
    mujoco.mj_forward(robot._model, robot._data)
    t = ticks * robot.TICK_S
    # Semi-implicit Euler falls h/2 * g * t further than the parabola.
    expected = velocity * t + G * t * t / 2 + G * t * robot._model.opt.timestep / 2
    assert start - robot._data.subtree_com[1, 2] == pytest.approx(expected, abs=2e-4)


def test_soles_carry_the_weight_of_a_standing_robot(robot):
    robot.run(1.0)
    weight = robot._model.body("Torso").subtreemass[0] * G
    assert sum(robot.foot_forces().values()) == pytest.approx(weight, rel=0.005)
    contact_force = np.zeros(6)
    total = 0.0
    for i in range(robot._data.ncon):
        mujoco.mj_contactForce(robot._model, robot._data, i, contact_force)
        total += contact_force[0]
    assert total == pytest.approx(weight, rel=0.005)


@pytest.mark.parametrize("friction", [0.4, 1.2])
def test_contacts_have_the_friction_that_was_drawn(friction):
    robot = Robot(Scene(friction=(friction, friction)), 3)
    assert robot._data.ncon > 0
    assert [c.friction[0] for c in robot._data.contact] == pytest.approx(
        [friction] * robot._data.ncon
    )


def test_both_hip_yaw_pitch_joints_move_as_one(robot):
    robot.joints.set_targets(["RHipYawPitch"], [-0.2], 0.3)
    robot.run(1.5)
    angles = dict(zip(robot.joint_names, robot.positions(), strict=True))
    assert angles["LHipYawPitch"] == pytest.approx(-0.2, abs=0.02)
    assert angles["RHipYawPitch"] == pytest.approx(angles["LHipYawPitch"], abs=0.005)


def test_seed_and_task_fix_the_draw():
    scene = Scene(objects=(SceneObject(id="b", type="ball", position=(1, 0, 0.05), jitter=0.2),))
    a, b = Robot(scene, 7, task_id="t"), Robot(scene, 7, task_id="t")
    assert a.drawn == b.drawn
    assert Robot(scene, 8, task_id="t").drawn != a.drawn
    x, y, z = a.object_positions()["b"]
    assert 0 < np.hypot(x - 1, y) <= 0.2
    assert z == pytest.approx(0.05, abs=0.001)
    assert 0.6 <= a.drawn.friction <= 1.0


def test_hash_names_the_robot_and_not_the_scene():
    scene = Scene(objects=(SceneObject(id="w", type="wall", position=(1, 0, 0.3)),))
    assert Robot(scene, 1).model_hash == Robot(Scene(), 2).model_hash == model_hash()


def test_every_object_type_compiles_and_stays_where_it_is():
    kinds = ("ball", "box", "cylinder", "wall", "person")
    objects = tuple(
        SceneObject(
            id=kind,
            type=kind,
            position=(2.0, 1.5 * i, 0.0 if kind == "person" else 0.3),
            color="#10a0ff",
        )
        for i, kind in enumerate(kinds)
    )
    robot = Robot(Scene(objects=objects), 1)
    robot.run(0.5)
    for spec in objects:
        assert robot.object_positions()[spec.id] == pytest.approx(spec.position)


def test_heavy_things_fall_and_rest_on_the_ground():
    robot = Robot(
        Scene(objects=(SceneObject(id="b", type="ball", position=(1, 0, 0.3), mass=0.1),)), 1
    )
    robot.run(1.5)
    assert robot.object_positions()["b"][2] == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"color": "rad"}, "Did you mean 'red'"),
        ({"size": (0.1, 0.2)}, "a ball has 1 size numbers, got 2"),
    ],
)
def test_bad_objects_are_refused_with_a_reason(wrong, message):
    with pytest.raises(DatasetError, match=message):
        Robot(Scene(objects=(SceneObject(id="b", type="ball", position=(1, 0, 0), **wrong),)), 1)


def test_shapes_that_are_only_seen_collide_with_nothing():
    model = mujoco.MjModel.from_xml_string(model_xml(0.8))
    seen = model.geom_group == 1
    assert seen.sum() > 40
    assert not (model.geom_contype[seen] | model.geom_conaffinity[seen]).any()
