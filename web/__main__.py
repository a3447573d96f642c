"""`python -m web` starts the server and prints its URL."""

import sys

from web.server import sockets
from web.settings import SettingError, Settings


def main() -> int:
    """Return 0 after a clean stop, 2 where the server could not start."""
    try:
        settings = Settings.from_environment()
        listening = sockets.listen(settings)
    except (SettingError, sockets.PortError) as error:
        return _refuse(error)
    # Imported late: neither an error of the above nor the process that watches the workers needs the rest.
    if settings.workers > 1:
        from web.server import workers

        problem = workers.run(settings, listening)
    else:
        from web.server import process

        problem = process.run(settings, listening)
    return _refuse(problem) if problem else 0


def _refuse(problem: object) -> int:
    print(f"error: {problem}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
