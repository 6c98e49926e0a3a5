"""A collector for support: all that they got and did not get, with the reasons, in one place."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketplace.registry import addresses
from marketplace.registry.models import Wallet
from rewards.adjustments import queries as adjustments
from rewards.admin.site import site
from rewards.ledger import queries as ledger
from rewards.ledger.operations import Holder
from rewards.shipments.models import Shipment
from rewards.tab import growth, queries, resting
from rewards.tab import pauses as paused

TRANSFERS = 50


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """A field for a wallet's address, and the way to its collector."""
    typed = request.GET.get("wallet", "").strip()
    address = addresses.parse(typed) if typed else None
    if address is not None and Wallet.objects.filter(address=address).exists():
        return redirect("admin:collector", address)
    return site.render(
        request,
        "staff/collectors.html",
        title="Collectors",
        status=400 if typed else 200,
        typed=typed,
        is_address=address is not None,
    )


@require_safe
def show(request: HttpRequest, address: str) -> HttpResponse:
    """What the collector has, holds, offers, received line by line, and every transfer."""
    stored = addresses.parse(address)
    found = queries.get_collector(address=stored, as_of=timezone.now()) if stored is not None else None
    if found is None:
        return redirect(f"{request.path.rsplit('/', 2)[0]}/?wallet={address}")
    now = timezone.now()
    rules = queries.list_rules(as_of=now)
    boosts = [rule for rule in rules if rule.kind == "hold_boost" and rule.is_in_force(now)]
    holds = queries.list_holds(collector_id=found.collector_id, boosts=boosts, as_of=now)
    orders = queries.list_orders(collector_id=found.collector_id, as_of=now)
    resting_rules = resting.rules_in_force(rules, at=now)
    rounds = queries.list_rounds(collector_id=found.collector_id)
    transfers = ledger.list_transfers(holder=Holder("collector", found.collector_id), limit=TRANSFERS)
    shipments = Shipment.objects.in_bulk([one.shipment_id for one in transfers if one.shipment_id])
    return site.render(
        request,
        "staff/collector.html",
        title=addresses.shortened(found.address),
        as_of=now,
        collector=found,
        wallets=Wallet.objects.filter(collector_id=found.collector_id).order_by("id"),
        holds=[(hold, growth.nearest(boosts, hold=hold)) for hold in holds.nearest],
        hold_count=holds.hold_count,
        orders=[resting.resting(order, rules=resting_rules, at=now) for order in orders.nearest],
        order_count=orders.order_count,
        rounds=queries.with_first_lines(rounds, collector_id=found.collector_id),
        pauses=paused.in_force(rules, at=now),
        corrections=adjustments.list_corrections(collector_id=found.collector_id),
        may_write=request.user.has_perm("staff.correct"),
        transfers=[(one, shipments.get(one.shipment_id or 0)) for one in transfers],
    )
