"""`python -m web` starts the server and prints its URL."""

import signal
import sys


def main(arguments: list[str] | None = None, program: str = "python -m web") -> int:
    """Start the server, and run it until it is told to stop; `program` names the command in its help.

    Returns:
        The exit status: 0 after a clean stop, 2 if a setting or the address is wrong.

    Raises:
        SystemExit: 2, after the reason is printed, if a model file cannot be used, or for other arguments.
    """
    # Until the server handles Ctrl-C, it ends the process without a traceback. All else is imported after this.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    import argparse

    from web.server import sockets
    from web.settings import SettingError, Settings, variables

    settings_help = [f"  {each.name:<16} {each.description}" for each in variables().values()]
    argparse.ArgumentParser(
        prog=program,
        usage="[SETTING=VALUE ...] %(prog)s [-h], as in PORT=8001 %(prog)s",
        description="Start the server and print its address.",
        epilog="\n".join(["settings, from the environment:", *settings_help]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    try:
        settings = Settings.from_environment()
        listening = sockets.listen(settings)
    except (SettingError, sockets.PortError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    # Imported last: neither the report of an error above nor the supervisor of the workers needs the rest.
    if settings.workers > 1:
        from web.server.workers import Workers

        Workers(settings, listening).run()
    else:
        from web.server import process

        process.run(settings, listening)
    return 0


if __name__ == "__main__":
    sys.exit(main())
