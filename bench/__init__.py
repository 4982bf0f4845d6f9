"""Measures every promise: `make bench`; one module each, `bench.table` is what they share."""
