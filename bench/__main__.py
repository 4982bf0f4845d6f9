"""Measures every promise: `make bench`. Caches are off; ratios come from one run."""

from bench import empty_job, guest, job, walk

for part in (empty_job, guest, walk, job):
    print(f"== {part.__name__.removeprefix('bench.')}")
    part.main()
