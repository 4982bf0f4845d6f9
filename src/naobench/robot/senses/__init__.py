"""What the robot senses: inertial unit, soles, touch, sonar, cameras."""
