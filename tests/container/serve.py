"""Runs the image as `python -m web` runs the server: settings from the environment, SIGTERM stops it, its exit status.

`make image-test` starts the server so, and the tests that talk HTTP to it are the same for both.
"""

import os
import tempfile

from tests.container.containers import ENGINE, IMAGE, LABEL, LOCKED_DOWN
from web.settings import variables


def main() -> None:
    """Become docker or podman, in the foreground."""
    port = os.environ["PORT"]
    # The image listens on all addresses, and has its own model.
    names = {variable.name for variable in variables().values()} - {"HOST", "MODEL_PATH"}
    settings = [option for name in sorted(names & os.environ.keys()) for option in ("--env", name)]
    publish = ["--publish", f"127.0.0.1:{port}:{port}"]
    command = [ENGINE, "run", "--rm", "--label", LABEL, *LOCKED_DOWN, "--no-healthcheck", *publish, *settings, IMAGE]
    # podman leaves a file where it stands when the kernel kills the server for its memory.
    os.chdir(tempfile.gettempdir())
    os.execvp(ENGINE, command)  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main()
