"""
Takes one file into the inbox in a process of its own, so that its memory can be told from the bench's.

    python -m bench.load FILE

Prints seconds, what became of the events, and the most memory that the process had.
"""

import json
import sys
import time
from pathlib import Path

import django

django.setup()

from marketplace.inbox import operations as inbox  # noqa: E402 (Django's settings come first)


def main(path: Path) -> None:
    """Take the file in as `manage.py ingest` does, and print the figures."""
    with path.open("rb") as stream:
        started = time.perf_counter()
        report = inbox.ingest(lines=stream, name=path.name)
        seconds = time.perf_counter() - started
    problems = report.as_json()
    problems.pop("problems")
    print(json.dumps({"seconds": seconds, "report": problems, "peak_mb": peak_megabytes()}))


def peak_megabytes() -> int:
    """
    The most memory that this process ever had.

    getrusage would count what the parent had when it started us.
    """
    (line,) = [
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    ]
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
