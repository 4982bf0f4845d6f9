"""What the robot is made of, and the scene around it: facts, kinematics, MJCF."""
