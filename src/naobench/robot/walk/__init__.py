"""The walk: footsteps, preview control, legs, balance."""
