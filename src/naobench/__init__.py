"""naobench: language models write NAO programs, physics judges them."""

__version__ = "0.1.0"
