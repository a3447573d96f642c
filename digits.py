"""The command `digits` of the installed package: reads pictures or a table, or starts the server.

`digits photo.jpg` is `python -m inference photo.jpg`, `digits sheet` is `python -m inference.tables`, and
`digits serve` is `python -m web`.
"""

import signal
import sys

ALSO = (
    "`digits sheet` reads a table with printed lines, and `digits serve` starts the server; each has its --help. "
    "./sheet and ./serve are files of these names."
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command with these arguments, by default those of `sys.argv`, and return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["serve"]:
        from web.__main__ import main as serve

        return serve(given[1:], program="digits serve")
    # While the libraries load, Ctrl-C ends the process without a traceback, as it does in `serve`.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Imported late, like the server: each of them needs libraries that the other does not.
    from inference.__main__ import main as read
    from inference.tables.__main__ import main as sheet

    signal.signal(signal.SIGINT, before)
    if given[:1] == ["sheet"]:
        return sheet(given[1:], program="digits sheet")
    return read(given, program="digits", also=ALSO)


if __name__ == "__main__":
    sys.exit(main())
