"""Predicates of goal conditions: pure functions of a trace, one file per kind."""
