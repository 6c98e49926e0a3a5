"""Linking and unlinking: who may, what becomes of the XP, and that neither pays (P13, P15)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.facts import operations as facts
from marketplace.facts.models import Hold
from marketplace.registry.models import Link, Wallet
from rewards import pipeline
from rewards.identity import operations as identity
from rewards.identity import queries
from rewards.identity.errors import LinkRefused, NotProven
from rewards.identity.models import Move
from rewards.ledger.models import Account, Transfer
from rewards.rules import operations as rules
from rewards.shipments import operations as shipments
from tests.identity.given import DOMAIN, NOW, at, challenge, link, own, sign_in, signed
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule, shipped
from tests.tables import day

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=31)


def balances() -> dict[str, int]:
    """What ann, bob and cat have, by the ledger."""
    found = dict(Account.objects.filter(kind="collector").values_list("holder_id", "balance_xp"))
    wallets = dict(Wallet.objects.values_list("address", "id"))
    return {name: found.get(wallets.get(at(name), 0), 0) for name in ("ann", "bob", "cat")}


def given_buyers() -> None:
    """Ann buys for 1 ETH and bob for 2, in March, at 100 XP per ETH."""
    given_market(f"""
        kind | token | from | to          | at         | price
        sale | a     | zed  | {at("ann")} | 2026-03-01 | 1 ETH
        sale | b     | zed  | {at("bob")} | 2026-03-02 | 2 ETH
    """)
    given_rule("buyers", "purchase", xp_per_eth=100)


class TestLink:
    def test_joins_the_wallet_that_signed_to_who_has_signed_in(self) -> None:
        ann = sign_in("ann")
        link(ann, "bob")
        assert own(ann) == [at("ann"), at("bob")]
        assert sign_in("bob").collector_id == ann.collector_id

    def test_needs_the_browser_that_asked(self) -> None:
        ann, cat = sign_in("ann"), sign_in("cat")
        made = challenge("bob", linking_to=ann)
        told: dict[str, Any] = {"nonce": made.nonce, "signature": signed("bob", made.text), "domain": DOMAIN}
        with pytest.raises(NotProven):
            identity.link(signed_in=cat, as_of=NOW, **told)
        identity.link(signed_in=ann, as_of=NOW, **told)
        with pytest.raises(NotProven):
            identity.link(signed_in=ann, as_of=NOW, **told)

    def test_is_refused_where_it_is_so_already_or_others_would_come_along(self) -> None:
        ann, cat = sign_in("ann"), sign_in("cat")
        link(ann, "bob")
        with pytest.raises(LinkRefused, match="yours already"):
            link(ann, "bob")
        with pytest.raises(LinkRefused, match="linked to others"):
            link(cat, "bob")
        with pytest.raises(LinkRefused, match="linked to others"):
            link(cat, "ann")
        with pytest.raises(LinkRefused, match="yours already"):
            link(sign_in("bob"), "ann")

    def test_is_refused_past_twenty_wallets(self) -> None:
        ann = sign_in("ann")
        for number in range(19):
            link(ann, f"wallet {number}")
        with pytest.raises(LinkRefused, match="20 wallets, the most"):
            link(ann, "one more")

    def test_moves_the_xp_once(self) -> None:
        given_buyers()
        shipped()
        assert balances() == {"ann": 100, "bob": 200, "cat": 0}
        ann = sign_in("ann")
        link(ann, "bob")
        assert balances() == {"ann": 300, "bob": 0, "cat": 0}
        (joined,) = Transfer.objects.filter(reason="joined")
        assert joined.key == f"joined:{Link.objects.get().id}:1"
        assert identity.forward(as_of=NOW) == 0
        assert balances() == {"ann": 300, "bob": 0, "cat": 0}
        assert pipeline.list_findings() == []

    def test_moves_what_a_round_that_was_planned_before_pays_later(self) -> None:
        given_buyers()
        approved()
        ann = sign_in("ann")
        link(ann, "bob")
        assert balances() == {"ann": 0, "bob": 0, "cat": 0}
        shipments.start(slug="march", as_of=PLANNED_AT)
        (batch,) = shipments.get(slug="march").batches.all()
        shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
        assert balances() == {"ann": 100, "bob": 200, "cat": 0}
        # The sweep does it, and takes the link into the facts.
        assert pipeline.list_due(as_of=NOW).events
        assert balances() == {"ann": 300, "bob": 0, "cat": 0}
        pipeline.settle(as_of=NOW)
        assert not pipeline.list_due(as_of=NOW).events
        assert balances() == {"ann": 300, "bob": 0, "cat": 0}
        assert pipeline.list_findings() == []

    def test_lets_a_hold_go_on_from_one_own_wallet_to_the_other(self) -> None:
        given_market(f"""
            kind     | token | from        | to          | at
            mint     | a     |             | {at("ann")} | 2026-01-01
            transfer | a     | {at("ann")} | {at("bob")} | 2026-02-01
        """)
        ann = sign_in("ann")
        assert held_since(ann.collector_id) == []
        link(ann, "bob")
        assert [wallet.is_settling for wallet in queries.list_wallets(collector_id=ann.collector_id)] == [
            True,
            True,
        ]
        facts.refresh(as_of=NOW)
        assert held_since(ann.collector_id) == ["2026-01-01"]
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        facts.refresh(as_of=NOW)
        assert held_since(ann.collector_id) == []
        assert held_since(sign_in("bob").collector_id) == ["2026-02-01"]


def held_since(collector_id: int) -> list[str]:
    """When the open holds of a collector began."""
    open_holds = Hold.objects.filter(collector_id=collector_id, ended_at=None)
    return [f"{hold.started_at:%Y-%m-%d}" for hold in open_holds]


class TestUnlink:
    def test_leaves_the_xp_with_the_collector_that_stays(self) -> None:
        given_buyers()
        shipped()
        ann = sign_in("ann")
        link(ann, "bob")
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        assert balances() == {"ann": 300, "bob": 0, "cat": 0}
        assert own(ann) == [at("ann")]
        bob = sign_in("bob")
        assert own(bob) == [at("bob")]
        assert Link.objects.get().ended_at == NOW

    def test_takes_along_what_came_to_the_wallet_until_then(self) -> None:
        given_buyers()
        approved()
        ann = sign_in("ann")
        link(ann, "bob")
        shipments.start(slug="march", as_of=PLANNED_AT)
        (batch,) = shipments.get(slug="march").batches.all()
        shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        assert balances() == {"ann": 300, "bob": 0, "cat": 0}
        assert list(Move.objects.values_list("number", "amount_xp")) == [(1, 200)]

    def test_by_any_of_the_wallets_but_not_of_the_one_that_stands(self) -> None:
        ann = sign_in("ann")
        link(ann, "bob")
        link(ann, "cat")
        with pytest.raises(LinkRefused, match="stands for all the others"):
            identity.unlink(signed_in=ann, address=at("ann"), as_of=NOW)
        identity.unlink(signed_in=sign_in("bob"), address=at("cat"), as_of=NOW)
        assert own(ann) == [at("ann"), at("bob")]

    def test_of_somebody_elses_is_refused(self) -> None:
        ann, cat = sign_in("ann"), sign_in("cat")
        link(ann, "bob")
        with pytest.raises(LinkRefused, match="not linked to yours"):
            identity.unlink(signed_in=cat, address=at("bob"), as_of=NOW)

    def test_keeps_both_from_others_for_a_while_but_not_from_each_other(self) -> None:
        ann, cat = sign_in("ann"), sign_in("cat")
        link(ann, "bob")
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        for one, other in ((cat, "bob"), (cat, "ann"), (ann, "cat"), (sign_in("bob"), "cat")):
            with pytest.raises(LinkRefused, match=r"from 31 May 2026, 12:00 UTC on"):
                link(one, other)
        link(ann, "bob")
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        link(sign_in("cat", as_of=LATER), "bob", as_of=LATER)

    def test_stays_in_the_history(self) -> None:
        ann = sign_in("ann")
        link(ann, "bob")
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        for change in (
            lambda: Link.objects.all().delete(),
            lambda: Link.objects.update(ended_at=None),
            lambda: Link.objects.update(collector_id=7),
        ):
            with pytest.raises(IntegrityError, match="Links are kept"), transaction.atomic():
                change()


class TestPaidOnce:
    """What is paid to a collector of two wallets is not paid again when they part (P13, P15)."""

    def test_a_list_pays_a_wallet_once_whoever_it_belonged_to(self) -> None:
        given_market(f"""
            kind | token | from | to          | at         | price
            sale | a     | zed  | {at("ann")} | 2026-01-01 | 1 ETH
            sale | b     | zed  | {at("bob")} | 2026-01-02 | 1 ETH
        """)
        rules.put_cohort(slug="testers", addresses=[at("bob")])
        given_rule("thanks", "cohort", xp=250, cohort="testers")
        ann = sign_in("ann", as_of=day("2026-04-30"))
        link(ann, "bob", as_of=day("2026-04-30"))
        shipped(slug="march")
        assert balances() == {"ann": 250, "bob": 0, "cat": 0}
        identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        shipped(slug="april", start="2026-03-31", end="2026-04-30")
        assert balances() == {"ann": 250, "bob": 0, "cat": 0}

    @pytest.mark.parametrize("when", ["never", "before", "between", "parted", "parted before shipping"])
    def test_linking_and_parting_between_rounds_changes_no_total(self, when: str) -> None:
        given_market(f"""
            kind     | token | from        | to          | at               | price
            sale     | a     | zed         | {at("ann")} | 2026-01-01       | 1 ETH
            sale     | b     | zed         | {at("bob")} | 2026-01-10       | 1 ETH
            transfer | a     | {at("ann")} | {at("bob")} | 2026-03-10       |
            sale     | c     | zed         | {at("ann")} | 2026-04-10       | 3 ETH
        """)
        given_rule("holders", "holding", xp_per_token_day=10)
        given_rule("buyers", "purchase", xp_per_eth=100)
        early = day("2026-02-01")
        ann = sign_in("ann", as_of=early)
        if when in ("before", "parted before shipping", "parted"):
            link(ann, "bob", as_of=early)
            facts.refresh(as_of=early)
        first = approved(slug="march")
        if when == "parted before shipping":
            identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
            facts.refresh(as_of=NOW)
        shipments.start(slug=first.slug, as_of=PLANNED_AT)
        for batch in shipments.get(slug="march").batches.all():
            shipments.post_batch(batch_id=batch.id, as_of=PLANNED_AT)
        if when == "between":
            link(ann, "bob")
        if when == "parted":
            identity.unlink(signed_in=ann, address=at("bob"), as_of=NOW)
        facts.refresh(as_of=NOW)
        shipped(slug="april", start="2026-03-31", end="2026-04-30")
        identity.forward(as_of=NOW)
        # Two tokens for 60 days and a third for 20; what was bought in the two windows cost 3 ETH.
        assert sum(balances().values()) == 2 * 60 * 10 + 20 * 10 + 300
        assert pipeline.list_findings() == []
