"""Tells approvers of plans that wait, and mails it, at least once, from rows."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from config import db
from rewards.notices import queries
from rewards.notices.models import Recipient

SQL = db.folder()

# One task sends so many mails at most; the next sweep asks for the next.
MOST_MAILS = 20

# After so many tries, the last of them about a day after the first, a mail is given up.
MOST_TRIES = 11
FIRST_WAIT = timedelta(minutes=1)


def tell(*, as_of: datetime) -> int:
    """Tell the roles what they were not told yet, and return how many people that reaches; again it is 0."""
    return SQL["tell"].run({"as_of": as_of, "with_mail": bool(settings.EMAIL_URL)})


def note_seen(*, notice_id: int, name: str, as_of: datetime) -> None:
    """Note that somebody saw a notice; again, or of somebody else's, it changes nothing."""
    Recipient.objects.filter(notice_id=notice_id, user__username=name, seen_at=None).update(seen_at=as_of)


def send_mails(*, as_of: datetime, most: int = MOST_MAILS) -> int:
    """
    Send the mails that are due, and return how many went out.

    A mail whose sender dies between the server's yes and the commit comes twice, with one Message-ID.
    """
    return sum(1 for _ in range(most) if _send_next(as_of=as_of))


@transaction.atomic
def _send_next(*, as_of: datetime) -> bool:
    """Send one mail; False if none was due or it did not go out. Nobody else takes it meanwhile."""
    due = Recipient.objects.filter(mail_due_at__lte=as_of).order_by("mail_due_at", "id")
    one = (
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("notice__shipment", "user")
        .first()
    )
    if one is None:
        return False
    one.mail_attempts += 1
    try:
        _message(one, as_of=as_of).send()
    except Exception as error:  # noqa: BLE001 (whatever a mail server or a library says, it is noted and tried again)
        one.mail_problem = f"{type(error).__name__}: {error}"
        wait = FIRST_WAIT * 2 ** (one.mail_attempts - 1)
        one.mail_due_at = as_of + wait if one.mail_attempts < MOST_TRIES else None
        one.save()
        return False
    one.mailed_at, one.mail_due_at, one.mail_problem = as_of, None, ""
    one.save()
    return True


def _message(one: Recipient, *, as_of: datetime) -> EmailMessage:
    told = queries.in_words(one.notice, as_of=as_of)
    page = f"{settings.SITE_URL}/admin/shipments/{one.notice.shipment.slug}/"
    return EmailMessage(
        subject=told.title,
        body=f"{told.detail}\n\n{page}\n",
        from_email=settings.EMAIL_FROM,
        to=[one.user.email],
        # The same each time, so that a mail that was sent twice is one mail to whoever reads it.
        headers={"Message-ID": f"<{one.notice_id}.{one.user_id}@{settings.EMAIL_FROM.rpartition('@')[2]}>"},
    )
