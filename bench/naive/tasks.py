"""A task a user: find the balance, note the award if it is new, add it up."""

from celery import shared_task
from django.db import transaction
from django.db.models import F

from bench.naive.models import Balance, Entry


@shared_task(name="bench.naive.award")
def award(user_id: int, round_name: str, xp: int) -> None:
    """Give one user one award."""
    with transaction.atomic():
        balance, _ = Balance.objects.get_or_create(user_id=user_id)
        _, is_new = Entry.objects.get_or_create(balance=balance, round=round_name, defaults={"xp": xp})
        if is_new:
            Balance.objects.filter(pk=balance.pk).update(xp=F("xp") + xp)
