"""What the robot is asked to do, and when it counts as done."""
