"""`python -m web` starts the server and prints its URL."""

import sys

from web.server import sockets
from web.settings import SettingError, Settings


def main() -> int:
    """Return the exit status: 0 after a clean stop, 2 if the server could not start."""
    try:
        settings = Settings.from_environment()
        listening = sockets.listen(settings)
    except (SettingError, sockets.PortError) as error:
        return _refuse(error)
    # Imported late: neither the report of an error above nor the supervisor of the workers needs the rest.
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
