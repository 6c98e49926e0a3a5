"""What collectors read of pauses: what, since when, until when, and why."""

from collections.abc import Sequence
from datetime import datetime

from rewards.tab import figures
from rewards.tab.rows import Pause, RuleVersion


def in_force(rules: Sequence[RuleVersion], *, at: datetime) -> list[Pause]:
    """Return each pause that keeps a rule in force from paying at an instant, once, the latest first."""
    found = {
        (pause.flag, pause.starts_at): pause
        for rule in rules
        if rule.is_in_force(at)
        for pause in rule.pauses
        if pause.is_on(at)
    }
    return sorted(found.values(), key=lambda pause: (pause.starts_at, pause.flag), reverse=True)


def when(pause: Pause, as_of: datetime) -> str:
    """Say when: 10 to 19 September 2018, or since 10 September 2018, until further notice."""
    if pause.ends_at is not None and pause.ends_at <= as_of:
        return figures.span(pause.starts_at, pause.ends_at)
    until = figures.moment(pause.ends_at) if pause.ends_at else "further notice"
    return f"since {figures.since(pause.starts_at)}, until {until}"


def why(pause: Pause) -> str:
    """Write the reason as a sentence."""
    return pause.reason if pause.reason.endswith((".", "!", "?", "…")) else f"{pause.reason}."


def sentence(pause: Pause, as_of: datetime) -> str:
    """Say when a rule was or is paused, and why."""
    said = when(pause, as_of)
    return f"Paused {said}: {why(pause)}"
