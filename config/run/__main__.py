"""``python -m config.run start`` and ``python -m config.run stop``: what make's targets call."""

import argparse
import os
import sys

from config.local.server import ServerError
from config.run import Run, RunError, stop


def main() -> None:
    """Run everything or stop it; an error that is known ends with its sentence alone."""
    parser = argparse.ArgumentParser(prog="python -m config.run", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start everything and stay until Ctrl-C")
    start.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    commands.add_parser("stop", help="stop everything that runs in this checkout")
    arguments = parser.parse_args()
    try:
        if arguments.command == "start":
            Run(port=arguments.port).go()
        else:
            stop()
    except (RunError, ServerError) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
