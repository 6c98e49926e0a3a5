"""
A market, a program and its staff in which every page has something to show, for tests that look at all.

Ann, whose wallet can sign, bought and holds, lists and bids; February went out, March waits for approval. The
rest is what staff meet on a working day: a halted round with a failed batch, a stale plan, a draft of a
series, corrections, reports, wash trades, webhooks that gave up.
"""

import uuid
from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from marketplace.facts import operations as facts
from marketplace.registry import operations as registry
from marketplace.registry.models import Wallet
from rewards.adjustments import operations as adjustments
from rewards.adjustments.models import Adjustment
from rewards.appeals import operations as appeals
from rewards.fairness import operations as fairness
from rewards.flags import operations as flags
from rewards.identity.models import SignIn
from rewards.identity.queries import SignedIn
from rewards.rules import operations as rules
from rewards.rules.models import Season
from rewards.series import operations as series
from rewards.shipments import operations as shipments
from rewards.shipments import supervision
from rewards.shipments.models import Batch, Line
from rewards.staff import operations as staff
from rewards.standings import operations as standings
from rewards.webhooks.models import Delivery, Endpoint
from tests.adjustments.given import rows
from tests.identity.given import at
from tests.rules.given import PLANNED_AT, approved, given_round, given_rule, given_season, planned, shipped
from tests.series.given import given_series
from tests.tables import day, given_events
from tests.webhooks.given import announced, endpoint

ANN = at("ann")

MARKET = f"""
    kind     | token | from  | to    | maker | at         | price   | order
    mint     | old   |       | {ANN} |       | 2025-09-12 |         |
    mint     | newer |       | {ANN} |       | 2026-02-10 |         |
    sale     | one   | maker | {ANN} |       | 2026-02-03 | 1.5 ETH |
    sale     | two   | maker | {ANN} |       | 2026-03-04 | 0.9 ETH |
    sale     | cheap | maker | {ANN} |       | 2026-02-05 | 0.01 ETH |
    sale     | b1    | maker | bob   |       | 2026-02-06 | 2 ETH   |
    sale     | b2    | maker | bob   |       | 2026-03-06 | 3 ETH   |
    sale     | c1    | maker | cat   |       | 2026-02-07 | 0.4 ETH |
    sale     | c2    | maker | cat   |       | 2026-03-07 | 0.7 ETH |
    sale     | j1    | maker | cat   |       | 2026-01-07 | 0.7 ETH |
    sale     | j2    | maker | dan   |       | 2026-01-08 | 0.8 ETH |
    sale     | wash  | eve   | finn  |       | 2026-03-01 | 9 ETH   |
    sale     | wash  | finn  | eve   |       | 2026-03-04 | 8 ETH   |
    listing  | c1    |       |       | cat   | 2026-02-20 | 1 ETH   | floor
    listing  | one   |       |       | {ANN} | 2026-02-21 | 1.4 ETH | near
    listing  | two   |       |       | {ANN} | 2026-03-21 | 9 ETH   | far
    bid      | b1    |       |       | {ANN} | 2026-03-22 | 0.8 ETH | bid
"""

LEVELS = [{"name": "Newcomer", "xp": 0}, {"name": "Keeper", "xp": 5_000}]
RULES = ["buyers", "holders", "patience", "listers"]


def fill() -> None:
    """Make everything, by the operations that the pages themselves call."""
    _program()
    _rounds()
    _staff()
    _corrections()
    standings.take(as_of=timezone.now())


def _program() -> None:
    given_season(budget_xp=2_000_000)
    Season.objects.update(levels=LEVELS, wash_threshold=3)
    given_rule("buyers", "purchase", xp_per_eth=100, xp_per_purchase=50, minimum_price_eth=0.05)
    given_rule("holders", "holding", xp_per_token_day=2, minimum_days=30)
    curve = [{"days": 90, "multiplier": 1.5}, {"days": 180, "multiplier": 2}]
    given_rule("patience", "hold_boost", collections="all", curve=curve)
    bands = [{"price": 1.5, "weight": 1}, {"price": 3, "weight": 0.5}]
    given_rule("listers", "listing", xp_per_hour=0.1, bands=bands)
    given_rule("bidders", "bidding", xp_per_hour=0.1, bands=[{"price": 0.5, "weight": 1}])
    rules.put_cohort(slug="testers", addresses=[ANN])
    given_events(MARKET)
    facts.refresh(as_of=PLANNED_AT)
    fairness.refresh()


def _rounds() -> None:
    shipped(slug="february", start="2026-02-01", end="2026-03-01", only=RULES)
    planned(slug="march", start="2026-03-01", end="2026-04-01", only=RULES)
    approved(slug="january", start="2026-01-01", end="2026-02-01", only=["buyers"])
    shipments.start(slug="january", as_of=PLANNED_AT, batch_size=1)
    for place, batch in enumerate(Batch.objects.filter(shipment__slug="january").order_by("number")):
        if place:
            Batch.objects.filter(id=batch.id).update(state="failed", problem="Nothing was posted.")
        else:
            shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
    supervision.halt(slug="january", reason="A look at the first awards", by="olga", as_of=PLANNED_AT)
    given_round(slug="april", start="2026-04-01", end="2026-05-01", only=RULES)
    given_series(since="2026-10-01")
    series.make_due(as_of=day("2026-10-02"))
    # A change that March's plan does not know: it is stale, and says so.
    given_rule("holders", "holding", xp_per_token_day=3, minimum_days=30, as_of=day("2026-03-20"))


def _staff() -> None:
    now = timezone.now()
    staff.put_user(name="olga", roles=["operator", "approver"], password="quiet-harbour-9")
    with staff.acting(name="olga"):
        flags.pause(flag="liquidity.bidding", reason="We look into bids of machines.", by="olga", as_of=now)
    endpoint()
    endpoint(name="gone")
    announced("one")
    Delivery.objects.update(state="dead", attempts=12, tried_at=now, status=500, problem="It answered 500.")
    Endpoint.objects.filter(name="gone").update(state="gone", notice="It answered 410 Gone.")


def _corrections() -> None:
    now = timezone.now()
    season = Season.objects.get()
    written = []
    for title, wallet in (("Counted wrong", ANN), ("Thanks for reports", "bob")):
        told = rows(f"wallet | xp\n{wallet} | 120")
        written.append(adjustments.write(season=season, title=title, rows=told, author="ann", as_of=now))
    done: Adjustment = written[0]
    adjustments.approve(adjustment_id=done.id, digest=done.digest, approver="bob", as_of=now)
    own = Wallet.objects.get(address=ANN)
    who = SignedIn(sign_in_id=uuid.uuid4(), wallet_id=own.id, address=ANN, collector_id=own.collector_id)
    # No row of a sign-in is needed to report, only who it is.
    february = shipments.get(slug="february")
    lines = Line.objects.filter(collector_id=own.collector_id, shipment_id=february.id).order_by("subject")
    for line, text in zip(lines[:2], ("I paid 2 ETH.", "I hold this one, too."), strict=True):
        opened = appeals.open_appeal(
            signed_in=who,
            round_slug="february",
            rule_version_id=line.rule_version_id,
            subject=line.subject,
            for_shipment_id=line.for_shipment_id,
            text=text,
            as_of=now,
        )
    appeals.answer(appeal_id=opened.id, text="It counts from March on.", by="olga", as_of=now, grant_xp=75)
    # Another wallet of hers, and another browser in which she is signed in.
    registry.link(addresses=[ANN, at("second")], as_of=now)
    SignIn.objects.create(
        wallet_id=own.id, signed_in_at=now - timedelta(days=1), expires_at=now + timedelta(days=6)
    )


def session_of(name: str) -> str:
    """The cookie of somebody of the staff who has signed in, without the form that takes a password."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client.cookies["sessionid"].value
