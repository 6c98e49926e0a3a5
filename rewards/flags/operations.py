"""Pauses and resumes flags: from now on, at a time to come, or until one."""

from datetime import datetime

from django.db import IntegrityError, transaction

from config import db
from rewards.flags import queries
from rewards.flags.errors import FlagError, UnknownFlag
from rewards.flags.models import Flag, Pause
from rewards.webhooks import operations as webhooks

SQL = db.folder()


def put_flag(*, slug: str, title: str, parent: str | None = None) -> Flag:
    """Make a flag, or rename it. It keeps its place in the tree."""
    flag, _ = Flag.objects.update_or_create(
        slug=slug, defaults={"title": title}, create_defaults={"title": title, "parent_id": parent}
    )
    return flag


@transaction.atomic
def pause(
    *,
    flag: str,
    reason: str,
    by: str,
    as_of: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Pause:
    """
    Pause a flag from ``starts_at`` (now, if left out) until ``ends_at`` (open, if left out).

    What was earned before stays. It may begin in the past only as far as no round was approved for that
    time. Raises FlagError, for a flag that is paused already too.
    """
    _settle(flag=flag)
    starts_at = starts_at or as_of
    if not reason.strip():
        raise FlagError("A pause needs a reason; collectors read it.")
    if ends_at is not None and ends_at <= starts_at:
        raise FlagError("The pause would end before it starts.")
    current = queries.get_pause(flag=flag, at=starts_at)
    if current is not None:
        raise FlagError(
            f"{flag} is paused already, since {current.starts_at:%Y-%m-%d %H:%M:%S} UTC: {current.reason}"
        )
    try:
        with transaction.atomic():
            made = Pause.objects.create(
                flag_id=flag,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason.strip(),
                created_by=by,
                created_at=as_of,
            )
    except IntegrityError as error:
        raise _explained(flag, error) from error
    webhooks.announce(kind="flag.paused", key=f"pause:{made.id}", data=_told(made), at=as_of)
    return made


@transaction.atomic
def resume(*, flag: str, by: str, as_of: datetime, at: datetime | None = None) -> Pause:
    """
    End the pause of a flag at ``at`` (now, if left out), or call off the next one that has not begun.

    Where a scheduled pause began during another one, both end; the later is returned. Resuming pays nothing
    back. A flag whose parent is paused stays off until that is resumed too; where the flag itself is not
    paused the error says so. Raises FlagError.
    """
    _settle(flag=flag)
    at = at or as_of
    if at < as_of:
        raise FlagError("A pause cannot end in the past: resuming pays nothing back.")
    upcoming = queries.get_next_pause(flag=flag, after=as_of)
    ending = queries.list_own_pauses(flag=flag, at=as_of) or ([upcoming] if upcoming else [])
    if not ending:
        raise FlagError(_not_paused(flag=flag, as_of=as_of))
    try:
        with transaction.atomic():
            for current in ending:
                current.ends_at = max(at, current.starts_at)
                current.ended_by = by
                current.save(update_fields=["ends_at", "ended_by"])
    except IntegrityError as error:
        raise _explained(flag, error) from error
    for ended in ending:
        data = {**_told(ended), "called_off": ended.ends_at == ended.starts_at}
        # Where somebody thinks better of an end that is to come, that is told, too.
        key = f"pause:{ended.id}:{as_of.isoformat()}"
        webhooks.announce(kind="flag.resumed", key=key, data=data, at=as_of)
    return ending[-1]


def _told(pause: Pause) -> dict[str, str | None]:
    """What other systems are told of a pause; not who made it."""
    return {
        "flag": pause.flag_id,
        "title": pause.flag.title,
        "reason": pause.reason,
        "paused_from": webhooks.instant(pause.starts_at),
        "paused_until": None if pause.ends_at is None else webhooks.instant(pause.ends_at),
    }


def stand_still() -> None:
    """Keep pauses as they are until the caller's transaction ends: who pauses waits for it."""
    SQL["lock"].run()


def _settle(*, flag: str) -> None:
    """Wait for approvals that are under way, so that they and a pause see each other."""
    stand_still()
    if not Flag.objects.filter(slug=flag).exists():
        raise UnknownFlag(flag)


def _not_paused(*, flag: str, as_of: datetime) -> str:
    for above in queries.list_path(flag=flag)[1:]:
        if queries.get_pause(flag=above, at=as_of):
            return f"{flag} is off because {above} is paused; resume {above}."
    return f"{flag} is not paused."


def _explained(flag: str, error: IntegrityError) -> Exception:
    """A sentence for a guard that fired."""
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    if constraint == "shipped_time_is_not_paused":
        return FlagError(
            f"{flag} cannot be paused or resumed in a time for which a round was approved already. "
            "What was earned stays."
        )
    if constraint == "flag_has_one_open_pause":
        to_come = Pause.objects.get(flag=flag, ends_at=None)
        return FlagError(
            f"{flag} has a pause without an end already, from {to_come.starts_at:%Y-%m-%d %H:%M:%S} UTC on. "
            "Call that off first, or say when the new one ends."
        )
    return error
