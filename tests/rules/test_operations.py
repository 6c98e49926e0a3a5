"""Seasons, rules and cohorts: made once, changed forward only (P6, P11)."""

import pytest

from rewards.ledger import queries as ledger
from rewards.ledger.operations import ISSUANCE, Holder
from rewards.rules import operations as rules
from rewards.rules.models import CohortMember, Rule, RuleVersion, Season
from rewards.rules.operations import RuleError
from tests.rules.given import BEFORE, given_market, given_rule, given_season, lines, planned
from tests.tables import Table, address, day, read, short, table

pytestmark = pytest.mark.django_db


def put_season(**changed: object) -> str:
    fields = {
        "slug": "genesis",
        "title": "Genesis",
        "starts_at": day("2025-01-01"),
        "ends_at": day("2027-01-01"),
        "budget_xp": 1_000,
        "as_of": BEFORE,
    }
    return rules.put_season(**(fields | changed))  # type: ignore[arg-type]


def budget() -> int:
    return ledger.get_balance(holder=Holder("season", Season.objects.get().id))


class TestPutSeason:
    def test_makes_it_and_issues_its_budget(self) -> None:
        assert put_season() == "new"
        assert budget() == 1_000
        assert ledger.get_balance(holder=ISSUANCE) == -1_000

    def test_again_changes_nothing(self) -> None:
        put_season()
        assert put_season() == "unchanged"
        assert budget() == 1_000

    def test_raises_the_budget_by_the_difference(self) -> None:
        put_season()
        assert put_season(budget_xp=1_500) == "budget raised to 1,500 XP"
        assert budget() == 1_500
        assert put_season(budget_xp=1_500) == "unchanged"
        assert budget() == 1_500

    def test_never_lowers_it(self) -> None:
        put_season()
        with pytest.raises(RuleError, match="is below the 1,000 XP that the season was funded with") as wrong:
            put_season(budget_xp=999)
        assert wrong.value.field == "budget_xp"
        assert budget() == 1_000

    def test_changes_its_title(self) -> None:
        put_season()
        assert put_season(title="First") == "changed"
        assert Season.objects.get().title == "First"

    @pytest.mark.parametrize("field", ["starts_at", "ends_at"])
    def test_leaves_its_span_as_it_is(self, field: str) -> None:
        put_season()
        with pytest.raises(RuleError) as wrong:
            put_season(**{field: day("2026-01-01")})
        assert wrong.value.field == field


def versions() -> Table:
    return read(
        "SELECT version.*, rule.slug FROM rules_ruleversion AS version "
        "JOIN rules_rule AS rule ON rule.id = version.rule_id",
        rule=lambda row: row["slug"],
        version=lambda row: short(row["number"]),
        since=lambda row: short(row["in_force_from"]),
        by=lambda row: row["created_by"],
    )


class TestPutRule:
    def test_makes_it_with_a_version_from_its_start_even_in_the_past(self) -> None:
        given_rule("buyers", "purchase", since="2025-01-01", as_of=day("2026-01-01"), xp_per_purchase=10)
        assert versions() == table("""
            rule   | version | since      | by
            buyers | 1       | 2025-01-01 | ann
        """)

    def test_again_changes_nothing(self) -> None:
        for as_of in ("2026-01-01", "2026-02-01"):
            given_rule("buyers", "purchase", as_of=day(as_of), xp_per_purchase=10)
        assert len(versions()) == 1

    def test_changed_it_has_a_new_version_from_now_on(self) -> None:
        given_rule("buyers", "purchase", xp_per_purchase=10)
        given_rule("buyers", "purchase", xp_per_purchase=11, as_of=day("2026-02-01 12:34:56.000007"))
        assert versions() == table("""
            version | since
            1       | 2025-01-01
            2       | 2026-02-01 12:34:56.000007
        """)

    def test_changed_back_it_has_a_third_version(self) -> None:
        for number, xp in enumerate((10, 11, 10), 1):
            given_rule("buyers", "purchase", xp_per_purchase=xp, as_of=day(f"2026-0{number}-01"))
        assert [row["version"] for row in versions()] == ["1", "2", "3"]

    def test_changed_before_it_starts_it_starts_with_the_new_numbers(self) -> None:
        given_market("""
            kind | token | from | to  | at         | price
            sale | a     | cat  | ann | 2026-03-01 | 1 ETH
            mint | b     |      | ann | 2025-01-01 |
        """)
        given_season()
        for number in (2, 3):
            given_rule("buyers", "purchase", since="2026-03-01", xp_per_purchase=number)
            curve = [{"days": 0, "multiplier": number}]
            given_rule("long", "hold_boost", since="2026-03-01", collections="all", curve=curve)
        planned()
        assert versions() == table("""
            rule   | version | since
            buyers | 1       | 2026-03-01
            buyers | 2       | 2026-03-01
            long   | 1       | 2026-03-01
            long   | 2       | 2026-03-01
        """)
        assert lines() == table("""
            rule   | version | boost | xp
            buyers | 2       | ×3    | 9
        """)

    @pytest.mark.parametrize(
        ("field", "value"), [("kind", "holding"), ("starts_at", day("2025-02-01")), ("season", None)]
    )
    def test_what_a_rule_is_never_changes(self, field: str, value: object) -> None:
        given_rule("buyers", "purchase", xp_per_purchase=10)
        other = Season.objects.create(
            slug="other", title="Other", starts_at=BEFORE, ends_at=day("2030-01-01"), budget_xp=1
        )
        rule = Rule.objects.get()
        fields = {
            "slug": "buyers",
            "season": rule.season,
            "kind": "purchase",
            "title": "Buyers",
            "starts_at": rule.starts_at,
            "params": RuleVersion.objects.get().params,
            "author": "ann",
            "as_of": day("2026-01-01"),
            field: value or other,
        }
        with pytest.raises(RuleError, match="cannot change in a rule that exists; make a new rule") as wrong:
            rules.put_rule(**fields)
        assert wrong.value.field == field

    def test_a_new_title_makes_no_version(self) -> None:
        rule = given_rule("buyers", "purchase", xp_per_purchase=10)
        rules.put_rule(
            slug="buyers",
            season=rule.season,
            kind="purchase",
            title="Shopping",
            starts_at=rule.starts_at,
            params=RuleVersion.objects.get().params,
            author="ann",
            as_of=day("2026-01-01"),
        )
        assert Rule.objects.get().title == "Shopping"
        assert len(versions()) == 1


class TestPutCohort:
    def put(self, *names: str) -> str:
        return rules.put_cohort(slug="testers", addresses=[address(name) for name in names])

    def test_makes_a_list_and_adds_to_it_and_takes_nobody_off(self) -> None:
        assert self.put("ann", "bob", "bob") == "new, 2 wallets"
        assert self.put("bob", "cat") == "1 wallets added"
        assert self.put("cat") == "unchanged"
        listed = set(CohortMember.objects.values_list("address", flat=True))
        assert listed == {address(name) for name in ("ann", "bob", "cat")}
