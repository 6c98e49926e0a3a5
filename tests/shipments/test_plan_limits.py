"""No plan that breaks a limit is approved: those of its season, and those of its rules (P11)."""

import uuid
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from config.local.postgres import APP_ROLE, OWNER_ROLE, SUPERUSER
from marketplace.registry.models import Wallet
from rewards.rules import operations as rules
from rewards.rules.models import RuleVersion, Season
from rewards.shipments import limits
from rewards.shipments import operations as shipments
from rewards.shipments.errors import ApprovalRefused
from rewards.shipments.models import Award, Line, Shipment
from rewards.staff.models import Change
from tests.conftest import ClonedDatabase
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule, given_season, planned
from tests.shipments.given import given_buyers
from tests.shipments.test_life_cycle import set_state
from tests.tables import address

ANN, BOB = address("ann"), address("bob")

# Two sales on one day: ann earns 100 and 50 XP, bob 200. The window has 30 days.
MARKET = """
    kind | token | from | to  | at               | price
    sale | a     | cat  | ann | 2026-03-01       | 1 ETH
    sale | b     | cat  | bob | 2026-03-01 23:59 | 2 ETH
    sale | c     | cat  | ann | 2026-03-02       | 0.5 ETH
"""


def given_limits(**named: int | None) -> None:
    rules.put_limits(season=Season.objects.get(slug="genesis"), limits=named)


def given_world(**fields: Any) -> Shipment:
    """A plan of 350 XP by a rule for buyers, with some fields of its own."""
    given_market(MARKET)
    given_season()
    given_rule("buyers", "purchase", xp_per_eth=100, **fields)
    return planned()


def a_line_too_many(amount_xp: int) -> None:
    """What a buggy statement might add to ann's lines: her best sale once more, past every cap."""
    ann = Wallet.objects.get(address=address("ann")).id
    best = Line.objects.filter(collector_id=ann).order_by("-amount_xp")[0]
    fields = {field.attname: getattr(best, field.attname) for field in Line._meta.concrete_fields}
    Line.objects.create(**fields | {"subject": uuid.uuid4(), "amount_xp": amount_xp})


def sentences() -> list[str]:
    return [excess.sentence for excess in limits.list_excesses(shipment=Shipment.objects.get())]


def approve() -> Shipment:
    digest = str(Shipment.objects.get().plan_digest)
    return shipments.approve(slug="march", digest=digest, approver="bob", as_of=PLANNED_AT)


def refused_by_the_database() -> str:
    """What the database says to whoever pushes the plan on by SQL alone."""
    with pytest.raises(IntegrityError, match="is not approved") as caught:
        set_state("approved")
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == "approved_plan_is_within_its_limits"
    return str(cause.diag.message_primary)


@pytest.mark.django_db
class TestSeasonLimits:
    @pytest.mark.parametrize(
        ("name", "most", "sentence"),
        [
            (
                "cap_xp_per_shipment",
                350,
                "The round pays 350 XP, 1 more than the 349 that the season allows in one round.",
            ),
            (
                "cap_xp_per_collector",
                200,
                f"{BOB} gets 200 XP, 1 more than the 199 that the season allows a collector in one round.",
            ),
            (
                "cap_xp_per_rule_day",
                300,
                (
                    "On 2026-03-01 Buyers pays 300 XP, 1 more than the 299 that the season allows a rule "
                    "on a day."
                ),
            ),
        ],
    )
    def test_hold_to_the_last_xp(self, name: str, most: int, sentence: str) -> None:
        given_world()
        given_limits(**{name: most - 1})

        assert sentences() == [sentence]
        with pytest.raises(ApprovalRefused) as caught:
            approve()
        assert str(caught.value) == f"march is over a limit. {sentence} Nothing was approved."
        told = refused_by_the_database()
        assert f"season.{name} allows {most - 1}" in told
        assert Shipment.objects.get().state == "planned"

        given_limits(**{name: most})
        assert sentences() == []
        assert approve().state == "approved"

    def test_count_days_of_the_window_for_what_has_no_day(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            mint | old   |      | ann | 2026-01-01 |
        """)
        given_season()
        given_rule("holders", "holding", xp_per_token_day=10)
        assert planned().total_xp == 300

        given_limits(cap_xp_per_rule_day=9)
        assert sentences() == [
            "Holders pays 300 XP, 30 more than the 270 that the season allows a rule in so many days."
        ]
        refused_by_the_database()
        given_limits(cap_xp_per_rule_day=10)
        assert sentences() == []

    def test_tell_the_worst_place_and_how_many_more(self) -> None:
        given_world()
        given_limits(cap_xp_per_collector=100, cap_xp_per_rule_day=10)
        assert [one.split(" XP")[0] + one[one.index(";") :] for one in sentences()] == [
            "On 2026-03-01 Buyers pays 300; 1 more are over it.",
            f"{BOB} gets 200; 1 more are over it.",
        ]

    def test_a_rule_typed_a_thousand_times_too_big_fails_closed(self) -> None:
        given_buyers(budget_xp=10**12, xp_per_eth=100_000)
        given_limits(cap_xp_per_shipment=1_000)
        planned()
        with pytest.raises(ApprovalRefused, match="The round pays 600,000 XP, 599,000 more than the 1,000"):
            approve()
        refused_by_the_database()

    def test_bind_from_now_on_and_leave_what_was_approved(self) -> None:
        given_buyers()
        approved()
        given_limits(cap_xp_per_shipment=1)
        assert sentences() == []
        set_state("shipping")
        set_state("shipped")

    def test_each_change_is_in_the_change_log(self) -> None:
        given_season()
        assert (
            rules.put_limits(
                season=Season.objects.get(), limits={"cap_xp_per_shipment": 5_000, "cap_xp_per_collector": 10}
            )
            == "cap_xp_per_shipment 5,000, cap_xp_per_collector 10"
        )
        assert rules.put_limits(season=Season.objects.get(), limits={"cap_xp_per_shipment": None}) == (
            "cap_xp_per_shipment lifted"
        )
        logged = Change.objects.filter(table_name="rules_season", before__isnull=False).order_by("id")
        assert [(one.before or {})["cap_xp_per_shipment"] for one in logged] == [None, 5_000]
        assert [(one.after or {})["cap_xp_per_shipment"] for one in logged] == [5_000, None]

    @pytest.mark.parametrize("name", rules.LIMITS)
    def test_a_limit_is_above_zero(self, name: str) -> None:
        given_season()
        with pytest.raises(rules.RuleError, match="it lies between 1 and"):
            given_limits(**{name: 0})
        with pytest.raises(IntegrityError, match="limit_is_above_zero"), transaction.atomic():
            Season.objects.update(**{name: 0})

    def test_the_status_tells_before_anybody_tries(self) -> None:
        given_world()
        given_limits(cap_xp_per_shipment=349)
        told = StringIO()
        call_command("shipment", "status", "march", stdout=told)
        assert "limit     The round pays 350 XP, 1 more than the 349" in told.getvalue()


@pytest.mark.django_db
class TestRulesOwnLimits:
    @pytest.mark.parametrize(
        ("fields", "broken"),
        [
            ({"cap_xp": 350}, "Buyers pays 351 XP, 1 more than the 350 that the rule allows in all."),
            (
                {"cap_xp_per_collector": 150},
                f"Buyers gives {ANN} 151 XP, 1 more than the 150 that the rule allows a collector.",
            ),
            (
                {"cap_xp_per_day": 100},
                (
                    f"On 2026-03-01 Buyers gives {ANN} 101 XP, 1 more than the 100 that the rule allows "
                    "a collector on a day."
                ),
            ),
            (
                {"pot_xp": 1_000},
                "Buyers shares out 1,001 XP, 1 more than the 1,000 that there are in its pot.",
            ),
            (
                {"pot_xp_per_day": 10},
                "Buyers shares out 301 XP, 1 more than the 300 that there are in its pot.",
            ),
        ],
    )
    def test_a_plan_of_a_buggy_statement_is_not_approved(self, fields: dict[str, int], broken: str) -> None:
        given_world(**fields)
        assert sentences() == []

        a_line_too_many(1)

        assert sentences() == [broken]
        with pytest.raises(ApprovalRefused) as caught:
            approve()
        assert broken in str(caught.value)
        refused_by_the_database()

    def test_caps_shape_the_shares_of_a_pot_and_do_not_bound_them(self) -> None:
        given_world(cap_xp_per_collector=1, pot_xp=1_000)
        assert Award.objects.count() == 2
        assert sentences() == []
        assert approve().total_xp == 1_000

    def test_each_version_has_its_own(self) -> None:
        given_world(cap_xp=350)
        # It takes over after the window, and says nothing of what is in it.
        given_rule("buyers", "purchase", xp_per_eth=100, cap_xp=1, as_of=PLANNED_AT)
        assert RuleVersion.objects.count() == 2
        assert sentences() == []


class TestGuard:
    @pytest.mark.parametrize("role", [APP_ROLE, OWNER_ROLE, SUPERUSER])
    def test_binds_every_role_and_a_replica_too(self, cloned_database: ClonedDatabase, role: str) -> None:
        given_world()
        given_limits(cap_xp_per_shipment=349)
        with cloned_database.connect(role=role) as session:
            if role == SUPERUSER:
                session.execute("SET session_replication_role = replica")
            with pytest.raises(
                psycopg.errors.CheckViolation, match=r"pays 350 XP where season\.cap_xp_per_shipment"
            ):
                set_state("approved", using=session)
