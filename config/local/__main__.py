"""``python -m config.local run`` and ``python -m config.local stop``: what make's targets call."""

import argparse
import os
import sys

from config.local.run import Run, RunError, stop
from config.local.server import ServerError


def main() -> None:
    """Run everything or stop it; an error that is known ends with its sentence alone."""
    parser = argparse.ArgumentParser(prog="python -m config.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start everything and stay until Ctrl-C")
    run.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    commands.add_parser("stop", help="stop everything that runs in this checkout")
    arguments = parser.parse_args()
    try:
        if arguments.command == "run":
            Run(port=arguments.port).go()
        else:
            stop()
    except (RunError, ServerError) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
