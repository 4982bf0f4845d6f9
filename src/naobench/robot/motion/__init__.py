"""Joints, servos and postures: everything that moves but does not walk."""
