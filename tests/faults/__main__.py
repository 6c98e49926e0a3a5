"""``python -m tests.faults``: the long form of all fault tests, wherever the table says that they are."""

import sys

import pytest

from tests.faults.matrix import read_rows

HERE = "tests/faults"


def main() -> None:
    """Run them, with whatever else pytest is told; the summary is the table."""
    elsewhere = {test for row in read_rows() for test in row.tests if not test.startswith(HERE)}
    sys.exit(pytest.main(["--faults=full", HERE, *sorted(elsewhere), *sys.argv[1:]]))


if __name__ == "__main__":
    main()
