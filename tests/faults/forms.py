"""
Two forms of the suite: the short one is part of ``make test``, the long one is ``make faults``.

A case of the long form alone is marked ``long_form``, and left out where ``--faults=full`` is not given.
"""

from collections.abc import Iterator
from typing import Any

import pytest

SHORT, FULL = "short", "full"


def add_options(parser: pytest.Parser) -> None:
    """The options of the fault tests."""
    group = parser.getgroup("faults")
    group.addoption("--faults", choices=[SHORT, FULL], default=SHORT, help="which form to run")
    group.addoption("--seed", type=int, default=None, help="the seed of random faults, to replay them")
    group.addoption("--minutes", type=float, default=1, help="how long a soak of random faults goes on")


def leave_out_the_long_form(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what belongs to the form that was asked for."""
    if config.getoption("--faults") == FULL:
        return
    left_out = [item for item in items if item.get_closest_marker("long_form")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def say(config: pytest.Config, words: str) -> None:
    """Print a line at once, which pytest would keep until a test has failed: seeds, and what is going on."""
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(words, flush=True)


def either(*cases: Any) -> Iterator[Any]:
    """Cases of both forms, for ``parametrize``."""
    return (pytest.param(*_values(case)) for case in cases)


def only_long(*cases: Any) -> Iterator[Any]:
    """Cases of the long form, which differ little from those of both."""
    return (pytest.param(*_values(case), marks=pytest.mark.long_form) for case in cases)


def _values(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)
