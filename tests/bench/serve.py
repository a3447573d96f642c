"""Starts the server with only the libraries in `requirements/runtime.txt`, as in the container.

Litestar imports pydantic and attrs if they are installed, which would cost a sixth of the start.
"""

import sys

ONLY_FOR_TESTS = ("pydantic", "attr")

if __name__ == "__main__":
    for name in ONLY_FOR_TESTS:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's way of saying that it is not there
    from web.__main__ import main

    sys.exit(main())
