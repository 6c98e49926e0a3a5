"""What every kind of rule brings along: a typed schema, its stored form, and one SQL that returns lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.db import Statement


@dataclass(frozen=True, kw_only=True)
class Kind:
    """
    A way to earn, or to earn more.

    ``schema`` is the msgspec Struct that people fill in. ``fields`` says for each stored parameter
    from which typed field it comes and how; a ValueError there names that field. ``statement`` gives,
    for stored parameters, the one that returns lines (collector_id, subject, event_id, token, at,
    quantity, hold_days, numerator, denominator, reason), where base XP is numerator / denominator and
    a reason, if any, makes it zero; a boost's returns (collector_id, hold_key, event_id, token,
    hold_days, boost_bp). ``values`` turns stored parameters into those of the statement.
    ``whole_window`` is true where one version counts for a whole window, the one in force when it
    opens; ``flag`` is the flag above those of its rules; ``reads_book`` is true where the statement
    reads the hourly book. ``once`` is true where a rule pays a collector once in its life, so that nothing
    of it is late; ``at_an_instant`` where a subject has no length, so that it is paid once whichever round's
    time it turns out to lie in.
    """

    name: str
    schema: type[Any]
    fields: Mapping[str, tuple[str, Callable[[Any], Any]]]
    statement: Callable[[dict[str, Any]], Statement]
    values: Callable[[dict[str, Any]], dict[str, Any]]
    whole_window: bool = False
    boosts: bool = False
    flag: str | None = None
    reads_book: bool = False
    once: bool = False
    at_an_instant: bool = False
