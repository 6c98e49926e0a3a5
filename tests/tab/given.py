"""
Rows for the tab's tests, put straight into the tables that the stages would fill.

The tab must show whatever the stages wrote, so these tests do not run them; the tests of the pipeline do.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from marketplace.facts.models import Hold, Order
from marketplace.inbox.models import Event
from marketplace.registry.models import Collection, Wallet
from rewards.flags import operations as flags
from rewards.flags.models import Pause
from rewards.ledger import operations as ledger
from rewards.ledger.operations import Holder
from rewards.rules.kinds import KINDS
from rewards.rules.models import Rule, RuleVersion, Season, flag_of
from rewards.shipments.models import Award, Boost, Line, Shipment
from tests.tables import address, contract, day

ETH = 10**18
XP = 1_000_000

CURVE = [{"days": 90, "bp": 12_500}, {"days": 180, "bp": 15_000}, {"days": 365, "bp": 20_000}]
PURCHASE = {
    "micro_xp_per_purchase": 100 * XP,
    "micro_xp_per_eth": 100 * XP,
    "minimum_price_wei": str(ETH // 100),
    "collections": {"of": "all"},
}
HOLDING = {"micro_xp_per_token_day": 2 * XP, "curve": [], "minimum_days": 30, "collections": {"of": "all"}}
LISTING = {
    "micro_xp_per_hour": XP,
    "bands": [{"price_bp": 15_000, "weight_bp": 10_000}, {"price_bp": 30_000, "weight_bp": 5_000}],
    "shape": "steps",
    "reference": "floor",
    "minimum_rest_seconds": 1_800,
    "best": None,
    "rank_weights_bp": [],
    "collections": {"of": "all"},
}
BIDDING = LISTING | {"bands": [{"price_bp": 7_500, "weight_bp": 10_000}]}
COHORT = {"micro_xp": 500 * XP, "cohort": "beta-testers"}
HOLD_BOOST = {
    "shape": "steps",
    "curve": CURVE,
    "mode": "best_hold",
    "collections": {"of": "top_volume", "count": 10, "minimum_buyers": 5},
    "boosts": ["buying", "holding"],
}


def season(*, budget_xp: int = 2_000_000, ends: str = "2030-01-01") -> Season:
    """A season with a funded budget."""
    made = Season.objects.create(
        slug=f"season-{uuid.uuid4()}",
        title="Season one",
        starts_at=day("2018-04-01"),
        ends_at=day(ends),
        budget_xp=budget_xp,
    )
    _pay(ledger.ISSUANCE, Holder("season", made.id), budget_xp, reason="budget", at=day("2018-04-01"))
    return made


def rule(of: Season, slug: str, kind: str, params: dict[str, Any], *, title: str = "") -> RuleVersion:
    """A rule with its flag and its first version, in force from the season's start."""
    flags.put_flag(slug=flag_of(slug), title=title or slug.capitalize(), parent=KINDS[kind].flag)
    made = Rule.objects.create(
        slug=slug,
        season=of,
        kind=kind,
        title=title or slug.replace("-", " ").capitalize(),
        starts_at=of.starts_at,
    )
    return RuleVersion.objects.create(
        rule=made, number=1, params=params, in_force_from=of.starts_at, created_by="ann"
    )


def wallet(name: str, *, linked_to: Wallet | None = None) -> Wallet:
    """A wallet that stands for its own collector, or is linked to another's."""
    made = Wallet.objects.create(address=address(name), collector_id=0)
    made.collector_id = linked_to.collector_id if linked_to else made.id
    made.save()
    return made


def event(
    kind: str,
    *,
    token_id: str | None,
    at: datetime,
    price: int | None = None,
    currency: str = "ETH",
    **fields: Any,
) -> Event:
    """An event of the inbox about a token of SuperRare, or of the collection given."""
    collection = fields.pop("collection", "superrare")
    return Event.objects.create(
        id=uuid.uuid4(),
        batch_id=1,
        source="test",
        key=str(uuid.uuid4()),
        kind=kind,
        at=at,
        chain="ethereum",
        contract=contract(collection),
        collection=collection,
        token_id=token_id,
        price=price,
        currency=currency if price is not None else None,
        decimals=18 if price is not None else None,
        content=uuid.uuid4(),
        **({"quantity": 1} | fields),
    )


def hold(of: Wallet, *, token_id: str, since: datetime, quantity: int = 1, **fields: Any) -> Event:
    """An open hold, and the event that started it."""
    started = event("transfer", token_id=token_id, at=since, quantity=quantity, **fields)
    collection, _ = Collection.objects.get_or_create(slug=started.collection)
    Hold.objects.create(
        key=uuid.uuid4(),
        wallet_id=of.id,
        part=0,
        collector_id=of.collector_id,
        collection_id=collection.id,
        token=uuid.uuid5(uuid.NAMESPACE_URL, f"{started.collection}/{token_id}/{of.id}"),
        edition=quantity > 1,
        event_id=started.id,
        quantity=quantity,
        started_at=since,
        ended_at=None,
    )
    return started


def order(
    of: Wallet,
    side: str,
    *,
    price: int,
    since: datetime,
    token_id: str | None,
    ends: datetime | None = None,
    **fields: Any,
) -> Event:
    """A listing or a bid, and the event that placed it."""
    trait = fields.get("trait")
    placed = event(side, token_id=token_id, at=since, price=price, **fields)
    collection, _ = Collection.objects.get_or_create(slug=placed.collection)
    name = f"{placed.collection}/{token_id}/{trait}/{'' if token_id else of.id}"
    scope = uuid.uuid5(uuid.NAMESPACE_URL, name)
    Order.objects.create(
        order_id=uuid.uuid4(),
        scope=scope,
        event_id=placed.id,
        side=side,
        maker_id=of.id,
        token=scope if token_id else None,
        collection_id=collection.id,
        trait=trait,
        quantity=placed.quantity or 1,
        price=price,
        currency=placed.currency or "ETH",
        placed_at=since,
        ended_at=ends,
        end_reason="expired" if ends else None,
    )
    return placed


def rate(currency: str, *, at: datetime, wei: int) -> Event:
    """What a whole unit of a currency is worth in wei on a day."""
    return event("rate", token_id=None, at=at, price=wei, currency=currency)


def pause(flag: str, *, starts: str, ends: str | None = None, reason: str = "Machines.") -> Pause:
    """A pause of a flag."""
    return flags.pause(
        flag=flag,
        reason=reason,
        by="ann",
        as_of=day(starts),
        starts_at=day(starts),
        ends_at=day(ends) if ends else None,
    )


def shipment(of: Season, slug: str, *, start: str, end: str, **fields: Any) -> Shipment:
    """A round that is planned, so that lines and boosts can be added."""
    planned: dict[str, Any] = {
        "title": slug.replace("-", " ").capitalize(),
        "planned_at": day(end),
        "plan_digest": "0" * 64,
        "plan_inputs": {},
        "line_count": 0,
        "award_count": 0,
        "total_xp": 0,
    }
    return Shipment.objects.create(
        slug=slug,
        season=of,
        window_start=day(start),
        window_end=day(end),
        state="planned",
        author="ann",
        **(planned | fields),
    )


def line(
    of: Shipment,
    to: Wallet,
    version: RuleVersion,
    *,
    shows: Event | None = None,
    base_xp: float = 0,
    **fields: Any,
) -> Line:
    """A line; the XP follows from base and boost unless it is given."""
    base = round(base_xp * XP)
    boost_bp = fields.pop("boost_bp", 10_000)
    reason = fields.pop("reason", "earned")
    amount_xp = fields.pop("amount_xp", base * boost_bp // (XP * 10_000))
    return Line.objects.create(
        shipment_id=of.id,
        collector_id=to.collector_id,
        rule_version_id=version.id,
        subject=uuid.uuid4(),
        event_id=shows.id if shows else None,
        base_micro_xp=base,
        boost_bp=boost_bp,
        amount_xp=amount_xp if reason == "earned" else 0,
        reason=reason,
        for_shipment_id=fields.pop("for_shipment_id", of.id),
        **fields,
    )


def boost(
    of: Shipment, to: Wallet, version: RuleVersion, *, started: Event, hold_days: int, boost_bp: int
) -> Boost:
    """The hold that a boost rule looked at, for all lines of the collector."""
    return Boost.objects.create(
        shipment_id=of.id,
        collector_id=to.collector_id,
        rule_version_id=version.id,
        hold_key=uuid.uuid4(),
        event_id=started.id,
        token=None,
        hold_days=hold_days,
        boost_bp=boost_bp,
        for_shipment_id=of.id,
    )


def ship(shipment: Shipment, *, states: str = "approved shipping shipped", posted: bool = True) -> None:
    """Sum the lines up to awards, take the round through its states, and post the awards."""
    lines = Line.objects.filter(shipment_id=shipment.id, amount_xp__gt=0)
    totals = lines.values("collector_id").annotate(total=Sum("amount_xp")).order_by("collector_id")
    awards = [
        Award(shipment_id=shipment.id, collector_id=row["collector_id"], amount_xp=row["total"])
        for row in totals
    ]
    Award.objects.bulk_create(awards)
    shipment.award_count = len(awards)
    shipment.total_xp = sum(award.amount_xp for award in awards)
    out_at = shipment.window_end + timedelta(days=1)
    shipment.approved_by, shipment.approved_at = "bob", out_at
    for state in states.split():
        shipment.state = state
        shipment.shipping_at = out_at if state == "shipping" else shipment.shipping_at
        shipment.shipped_at = out_at if state == "shipped" else shipment.shipped_at
        shipment.save()
    if posted:
        season, own = Holder("season", shipment.season_id), Holder("shipment", shipment.id)
        _pay(season, own, shipment.total_xp, reason="fund", at=out_at, shipment_id=shipment.id)
        for award in awards:
            collector = Holder("collector", award.collector_id)
            _pay(own, collector, award.amount_xp, reason="award", at=out_at, shipment_id=shipment.id)


def _pay(
    debit: Holder,
    credit: Holder,
    amount_xp: int,
    *,
    reason: str,
    at: datetime,
    shipment_id: int | None = None,
) -> None:
    ledger.transfer(
        key=str(uuid.uuid4()),
        debit=debit,
        credit=credit,
        amount_xp=amount_xp,
        reason=reason,
        posted_at=at,
        shipment_id=shipment_id,
    )
