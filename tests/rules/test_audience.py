"""Whom a shipment is for: each filter by itself, all together, and the count of whom they let through."""

from decimal import Decimal
from hashlib import md5
from typing import Any

import pytest

from marketplace.facts import operations as facts
from rewards.rules import operations as rules
from rewards.shipments import audience as audiences
from rewards.shipments import supervision
from rewards.shipments.audience import Audience
from rewards.shipments.models import Shipment
from tests.facts.given import linked
from tests.rules.given import PLANNED_AT, given_market, given_round, given_rule, lines, planned
from tests.tables import address, day, table

pytestmark = pytest.mark.django_db

# Everybody holds a token all through March, so that a holding rule would pay each of them.
MARKET = """
    kind | token | from | to  | at         | price
    mint | a     |      | ann | 2025-06-01 |
    mint | b     |      | bob | 2026-01-01 |
    mint | c     |      | cat | 2026-02-01 |
    mint | d     |      | dan | 2026-02-01 |
    sale | e     | zed  | ann | 2026-03-05 | 0.5 ETH
    sale | f     | zed  | ann | 2026-03-06 | 0.5 ETH
    sale | g     | zed  | bob | 2026-03-07 | 0.999 ETH
    sale | h     | zed  | cat | 2026-02-07 | 9 ETH
    sale | i     | zed  | eve | 2026-03-31 | 9 ETH
"""


def reached(**filters: Any) -> set[str]:
    """The collectors of tokens a to d whom a round with these filters pays, checked against the count."""
    given_round(slug="for-some", only=["holders"])
    Shipment.objects.filter(slug="for-some").update(audience=audiences.stored(Audience(**filters)))
    planned(slug="for-some")
    shown = [line for line in lines() if line["token"] in {"a", "b", "c", "d"}]
    assert {line["reason"] for line in shown} <= {"earned", "not_in_audience"}
    return {line["collector"] for line in shown if line["reason"] == "earned"}


def counted(**filters: Any) -> int:
    """How many collectors the filters let through."""
    return audiences.count(
        filters=audiences.stored(Audience(**filters)),
        window_start=day("2026-03-01"),
        window_end=day("2026-03-31"),
        wash_threshold=None,
    )


class TestFilters:
    @pytest.fixture(autouse=True)
    def market(self) -> None:
        given_market(MARKET)
        given_rule("holders", "holding", xp_per_token_day=1)

    def test_none_is_everybody(self) -> None:
        assert reached() == {"ann", "bob", "cat", "dan"}
        assert audiences.stored(Audience()) == audiences.stored(None) == {}

    def test_bought_in_the_window(self) -> None:
        assert reached(bought_in_window=True) == {"ann", "bob"}
        assert counted(bought_in_window=True) == 2

    def test_a_purchase_from_an_own_wallet_is_none(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | z     | amy  | dan | 2026-03-05 | 5 ETH
        """)
        assert counted(bought_in_window=True) == 3
        linked("dan", "amy")
        facts.refresh(as_of=PLANNED_AT)
        assert reached(bought_in_window=True) == {"ann", "bob"}
        assert counted(bought_in_window=True, minimum_spend_eth=Decimal(5)) == 0

    def test_spent_so_much_in_the_window(self) -> None:
        assert reached(minimum_spend_eth=Decimal(1)) == {"ann"}
        assert counted(minimum_spend_eth=Decimal("0.999")) == 2
        assert counted(minimum_spend_eth=Decimal("1.000000000000000001")) == 0

    def test_on_a_list_with_any_wallet(self) -> None:
        linked("bob", "bea")
        rules.put_cohort(slug="testers", addresses=[address("bea"), address("dan"), address("ghost")])
        given_market("kind | token | to | at\n mint | bea | bea | 2026-02-01")
        assert reached(in_cohort="testers") == {"bob", "dan"}
        assert counted(in_cohort="testers") == 2

    def test_not_on_a_list(self) -> None:
        rules.put_cohort(slug="farmers", addresses=[address("ann"), address("dan")])
        assert reached(not_in_cohort="farmers") == {"bob", "cat"}
        # And zed and eve, who hold nothing in March.
        assert counted(not_in_cohort="farmers") == 4

    def test_first_seen_before_an_instant(self) -> None:
        assert reached(first_seen_before=day("2026-02-01")) == {"ann", "bob"}

    def test_an_order_is_a_sign_of_life_too(self) -> None:
        given_market("""
            kind | token | maker | at         | price | order
            bid  | a     | dan   | 2025-05-01 | 1 ETH | early
        """)
        assert counted(first_seen_before=day("2025-06-01")) == 1
        assert reached(first_seen_before=day("2025-06-01")) == {"dan"}

    def test_every_filter_must_hold(self) -> None:
        rules.put_cohort(slug="testers", addresses=[address("ann"), address("cat")])
        assert reached(bought_in_window=True, in_cohort="testers") == {"ann"}

    def test_those_left_out_have_lines_that_say_so(self) -> None:
        reached(bought_in_window=True)
        left_out = [line for line in lines() if line["reason"] == "not_in_audience"]
        assert {line["collector"] for line in left_out} == {"cat", "dan"}
        assert {line["xp"] for line in left_out} == {"0"}

    def test_a_plan_for_others_has_another_digest(self) -> None:
        everybody = planned().plan_digest
        supervision.send_back(slug="march", comment="For others.", by="bob", as_of=PLANNED_AT)
        Shipment.objects.filter(slug="march").update(
            audience=audiences.stored(Audience(first_seen_before=day("2026-03-02")))
        )
        assert planned().plan_digest != everybody


class TestRandomShare:
    @pytest.fixture(autouse=True)
    def market(self) -> None:
        rows = "\n".join(f"mint | t{n} | w{n} | 2026-02-01" for n in range(400))
        given_market(f"kind | token | to | at\n{rows}")

    def test_picks_about_so_many_and_the_same_ones_each_time(self) -> None:
        found = counted(random_share=Decimal("0.25"), seed="spring")
        # A share of a quarter of 400 within five standard deviations, of 8.7 each.
        assert 57 <= found <= 143
        assert counted(random_share=Decimal("0.25"), seed="spring") == found

    def test_a_smaller_share_of_the_same_seed_lies_within_the_larger(self) -> None:
        shares = [counted(random_share=Decimal(share), seed="spring") for share in ("0.1", "0.5", "1")]
        assert shares == sorted(shares)
        assert shares[-1] == 400

    def test_picks_by_the_first_eight_digits_of_an_md5(self) -> None:
        # Anybody who has the seed can check the choice.
        named = [f"spring:{address(f'w{n}')}".encode() for n in range(400)]
        digests = [md5(one, usedforsecurity=False).hexdigest() for one in named]
        picked = sum(int(digest[:8], 16) % 10_000 < 2_500 for digest in digests)
        assert counted(random_share=Decimal("0.25"), seed="spring") == picked


class TestStored:
    @pytest.mark.parametrize("share", ["0", "-0.1", "1.1"])
    def test_refuses_a_share_that_is_none(self, share: str) -> None:
        with pytest.raises(ValueError, match=r"^random_share is .*; it lies above 0 and is at most 1$"):
            audiences.stored(Audience(random_share=Decimal(share), seed="spring"))

    def test_refuses_a_share_without_a_seed(self) -> None:
        with pytest.raises(ValueError, match=r"^seed is missing; without it nobody could check the choice$"):
            audiences.stored(Audience(random_share=Decimal("0.5")))


class TestOrder:
    def test_whoever_is_left_out_takes_nothing_of_a_cap_or_a_pot(self) -> None:
        given_market(MARKET)
        given_rule("buyers", "purchase", xp_per_purchase=30, pot_xp=100)
        rules.put_cohort(slug="testers", addresses=[address("bob")])
        given_round(slug="for-some", only=["buyers"])
        Shipment.objects.filter(slug="for-some").update(
            audience=audiences.stored(Audience(in_cohort="testers"))
        )
        planned(slug="for-some")
        assert lines() == table("""
            collector | token | xp  | reason
            ann       | e     | 0   | not_in_audience
            ann       | f     | 0   | not_in_audience
            bob       | g     | 100 | earned
        """)
