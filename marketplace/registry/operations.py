"""Linking wallets and letting them go: which of them are one collector."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from marketplace.registry.models import Link, Wallet


def link(*, addresses: Sequence[str], as_of: datetime) -> int:
    """
    Make the wallets at ``addresses`` one collector, the first one's, and return that collector's id.

    Wallets that are linked to one of them come along. A wallet that no event named yet gets its row.
    Doing it again changes nothing. The facts follow with their next refresh.
    """
    with transaction.atomic():
        wallets = [get_or_add_wallet(address=address) for address in addresses]
        collector_id = wallets[0].collector_id
        joining = {wallet.collector_id for wallet in wallets} - {collector_id}
        if joining:
            moved = list(
                Wallet.objects.select_for_update()
                .filter(collector_id__in=joining)
                .order_by("id")
                .values_list("id", flat=True)
            )
            Wallet.objects.filter(id__in=moved).update(collector_id=collector_id)
            Link.objects.filter(wallet_id__in=moved, ended_at=None).update(ended_at=as_of)
            Link.objects.bulk_create(
                Link(wallet_id=wallet_id, collector_id=collector_id, linked_at=as_of) for wallet_id in moved
            )
    return collector_id


def unlink(*, address: str, as_of: datetime) -> int | None:
    """
    Make a linked wallet its own collector again, and return the collector that it left.

    A wallet that is its own collector already is left alone, and so is one that stands for others: those
    leave it. The facts follow with their next refresh.
    """
    with transaction.atomic():
        wallet = Wallet.objects.select_for_update().filter(address=address).first()
        if wallet is None or wallet.collector_id == wallet.id:
            return None
        left = wallet.collector_id
        Wallet.objects.filter(id=wallet.id).update(collector_id=wallet.id)
        Link.objects.filter(wallet_id=wallet.id, ended_at=None).update(ended_at=as_of)
    return left


def get_or_add_wallet(*, address: str) -> Wallet:
    """Return the wallet at an address, which gets its row as its own collector if it has none."""
    wallet = Wallet.objects.filter(address=address).first()
    if wallet is None:
        wallet = Wallet.objects.create(address=address, collector_id=0)
        Wallet.objects.filter(id=wallet.id).update(collector_id=wallet.id)
        wallet.collector_id = wallet.id
    return wallet


def add_wallets(*, addresses: Collection[str]) -> int:
    """
    Give each address that has none its row, as its own collector, and return how many that were.

    Three statements however many there are; a second call changes nothing.
    """
    known = set(Wallet.objects.filter(address__in=addresses).values_list("address", flat=True))
    missing = sorted(set(addresses) - known)
    with transaction.atomic():
        Wallet.objects.bulk_create(
            [Wallet(address=address, collector_id=0) for address in missing], ignore_conflicts=True
        )
        return Wallet.objects.filter(address__in=missing, collector_id=0).update(collector_id=F("id"))
