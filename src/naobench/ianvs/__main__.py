"""`python -m naobench.ianvs` is the command `ianvs`."""

import sys

from naobench.ianvs.cli import main

if __name__ == "__main__":
    sys.exit(main())
