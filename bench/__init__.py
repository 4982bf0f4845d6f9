"""Measures every promise: `make bench`."""
