"""Reads of flags: what is paused, since when and why, and when rules were live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from config import db
from rewards.flags.models import Flag, Pause

SQL = db.folder()


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time ``[starts_at, ends_at)``."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class State:
    """A flag at an instant: the pauses that are on, its own first and then those above, and all its own."""

    flag: Flag
    paused_by: list[Pause]
    pauses: list[Pause]

    @property
    def state(self) -> str:
        """``on`` or ``paused``."""
        return "paused" if self.paused_by else "on"


def list_path(*, flag: str) -> list[str]:
    """A flag and those above it, from itself up."""
    return [row["slug"] for row in SQL["path"].rows({"flag": flag})]


def get_pause(*, flag: str, at: datetime) -> Pause | None:
    """The flag's own pause at an instant, the earliest of several; a parent's is not looked at."""
    return next(iter(list_own_pauses(flag=flag, at=at)), None)


def list_own_pauses(*, flag: str, at: datetime) -> list[Pause]:
    """The flag's own pauses at an instant, by their start."""
    found = Pause.objects.filter(flag_id=flag, starts_at__lte=at).exclude(ends_at__lte=at)
    return list(found.order_by("starts_at", "id"))


def get_next_pause(*, flag: str, after: datetime) -> Pause | None:
    """The flag's first own pause that begins later and was not called off."""
    found = Pause.objects.filter(flag_id=flag, starts_at__gt=after).exclude(ends_at=F("starts_at"))
    return found.order_by("starts_at").first()


def list_pauses(*, flag: str, window_start: datetime, window_end: datetime) -> list[Pause]:
    """The pauses, own and of flags above, that touch a window, by their start; none that was called off."""
    return list(
        Pause.objects.filter(flag_id__in=list_path(flag=flag), starts_at__lt=window_end)
        .exclude(ends_at__lte=window_start)
        .exclude(ends_at=F("starts_at"))
        .order_by("starts_at", "id")
    )


def list_pauses_on(*, flag: str, at: datetime) -> list[Pause]:
    """The pauses, own and of flags above, that are on at an instant, by their start."""
    found = Pause.objects.filter(flag_id__in=list_path(flag=flag), starts_at__lte=at).exclude(ends_at__lte=at)
    return list(found.order_by("starts_at", "id"))


def list_live_spans(*, flag: str, starts_at: datetime, ends_at: datetime) -> list[Span]:
    """The stretches of ``[starts_at, ends_at)`` outside every pause of the flag and those above it."""
    pauses = list_pauses(flag=flag, window_start=starts_at, window_end=ends_at)
    off = [Span(starts_at=pause.starts_at, ends_at=pause.ends_at or ends_at) for pause in pauses]
    return list_outside(off=off, starts_at=starts_at, ends_at=ends_at)


def list_outside(*, off: Sequence[Span], starts_at: datetime, ends_at: datetime) -> list[Span]:
    """The stretches of ``[starts_at, ends_at)`` that lie in none of the spans."""
    spans: list[Span] = []
    live_from = starts_at
    for span in sorted(off, key=lambda span: span.starts_at):
        if live_from < min(span.starts_at, ends_at):
            spans.append(Span(starts_at=live_from, ends_at=min(span.starts_at, ends_at)))
        live_from = max(live_from, span.ends_at)
    if live_from < ends_at:
        spans.append(Span(starts_at=live_from, ends_at=ends_at))
    return spans


def list_states(*, at: datetime) -> list[State]:
    """Every flag by name, with the pauses that are on at an instant and its own of all times."""
    flags = list(Flag.objects.order_by("slug"))
    own: dict[str, list[Pause]] = {flag.slug: [] for flag in flags}
    for pause in Pause.objects.exclude(ends_at=F("starts_at")).order_by("-starts_at", "-id"):
        own[pause.flag_id].append(pause)
    parents = {flag.slug: flag.parent_id for flag in flags}
    states = []
    for flag in flags:
        above: str | None = flag.slug
        paused_by: list[Pause] = []
        while above is not None:
            paused_by += [pause for pause in own[above] if pause.is_on(at=at)]
            above = parents[above]
        states.append(State(flag=flag, paused_by=paused_by, pauses=own[flag.slug]))
    return states


def list_paused(*, at: datetime) -> list[Pause]:
    """Every pause that is on at an instant, with its flag, the latest first."""
    found = Pause.objects.filter(starts_at__lte=at).exclude(ends_at__lte=at).select_related("flag")
    return list(found.order_by("-starts_at", "flag_id"))


def list_flags(*, slugs: Sequence[str] | None = None) -> list[Flag]:
    """All flags, or those named, by name."""
    flags = Flag.objects.all() if slugs is None else Flag.objects.filter(slug__in=slugs)
    return list(flags.order_by("slug"))
