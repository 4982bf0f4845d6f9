"""The job runner: benchmarking job in YAML -> test cases -> rank. Knows nothing of robots.

What it shares with the public Ianvs, and where it differs: docs/reference/ianvs.md.
"""
