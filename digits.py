"""The command `digits` of the installed package: reads pictures or a table, or starts the server.

`digits photo.jpg` is `python -m inference photo.jpg`, `digits sheet` is `python -m inference.tables`, and
`digits serve` is `python -m web`.
"""

import argparse
import sys

ALSO = (
    "`digits sheet` reads a table with printed lines, and `digits serve` starts the server; each has its --help. "
    "./sheet and ./serve are files of these names."
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit status.

    Args:
        arguments: those of the command line; by default from `sys.argv`.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["serve"]:
        return _serve(given[1:])
    if given[:1] == ["sheet"]:
        from inference.tables.__main__ import main as sheet

        return sheet(given[1:], program="digits sheet")
    # Imported late, like the server: each of them needs libraries that the other does not.
    from inference.__main__ import main as read

    return read(given, program="digits", also=ALSO)


def _serve(arguments: list[str]) -> int:
    from web.__main__ import main as serve
    from web.settings import variables

    settings = [f"  {each.name:<16} {each.description}" for each in variables().values()]
    argparse.ArgumentParser(
        prog="digits serve",
        description="Start the server and print its address.",
        epilog="\n".join(["settings, from the environment:", *settings]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    return serve()


if __name__ == "__main__":
    sys.exit(main())
