"""Rules change forward only, whoever asks and however (P6)."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from config.local.postgres import APP_ROLE, OWNER_ROLE, SUPERUSER
from rewards.rules.models import Cohort, CohortMember, Rule, RuleVersion, Season
from tests.conftest import ClonedDatabase
from tests.rules.given import given_rule, given_season
from tests.tables import day

CHANGES = [
    "UPDATE rules_ruleversion SET params = '{}'",
    "UPDATE rules_ruleversion SET in_force_from = in_force_from - INTERVAL '1 day'",
    "DELETE FROM rules_ruleversion",
    "TRUNCATE rules_ruleversion CASCADE",
]


class TestVersionsNeverChange:
    @pytest.mark.parametrize("role", [APP_ROLE, OWNER_ROLE, SUPERUSER])
    def test_refuses_every_role(self, cloned_database: ClonedDatabase, role: str) -> None:
        given_rule("buyers", "purchase", xp_per_purchase=10)
        before = list(RuleVersion.objects.values())
        with cloned_database.connect(role=role) as other:
            for change in CHANGES:
                with pytest.raises(psycopg.Error) as refused:
                    other.execute(change)
                name = refused.value.diag.constraint_name
                # The app may not even try to truncate.
                assert name == "versions_never_change" or "permission denied" in str(refused.value)
        assert list(RuleVersion.objects.values()) == before

    def test_refuses_a_superuser_who_acts_as_a_replica(self, cloned_database: ClonedDatabase) -> None:
        given_rule("buyers", "purchase", xp_per_purchase=10)
        with cloned_database.connect(role=SUPERUSER) as other:
            other.execute("SET session_replication_role = replica")
            for change in CHANGES:
                with pytest.raises(psycopg.errors.RestrictViolation, match="never changes"):
                    other.execute(change)
        assert RuleVersion.objects.count() == 1


@pytest.mark.django_db
class TestVersionsFollowEachOther:
    def insert(self, *, number: int, in_force_from: str, created_at: str = "2025-06-01") -> None:
        rule = Rule.objects.filter(slug="buyers").first() or given_rule("buyers", "purchase")
        with transaction.atomic():
            RuleVersion.objects.create(
                rule=rule,
                number=number,
                params={},
                in_force_from=day(in_force_from),
                created_at=day(created_at),
                created_by="ann",
            )

    def test_a_later_one_comes_into_force_later(self) -> None:
        self.insert(number=2, in_force_from="2025-06-01")
        with pytest.raises(IntegrityError, match="cannot come into force before the versions before it"):
            self.insert(number=3, in_force_from="2025-05-31", created_at="2025-05-01")

    def test_an_earlier_one_does_not_come_after(self) -> None:
        self.insert(number=3, in_force_from="2025-06-01")
        with pytest.raises(IntegrityError, match="cannot come into force before the versions before it"):
            self.insert(number=2, in_force_from="2025-07-01")

    def test_none_begins_in_the_past(self) -> None:
        with pytest.raises(IntegrityError, match="new_version_is_not_in_the_past"):
            self.insert(number=2, in_force_from="2025-05-31", created_at="2025-06-01")

    def test_a_number_is_used_once(self) -> None:
        with pytest.raises(IntegrityError, match="version_number_is_used_once"):
            self.insert(number=1, in_force_from="2025-06-01")

    def test_one_may_replace_another_before_it_comes_into_force(self) -> None:
        self.insert(number=2, in_force_from="2025-01-01", created_at="2025-01-01")
        assert RuleVersion.objects.count() == 2


@pytest.mark.django_db
class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "statement"),
        [
            ("season_ends_after_it_starts", "UPDATE rules_season SET ends_at = starts_at"),
            ("season_has_a_budget", "UPDATE rules_season SET budget_xp = 0"),
            ("levels_are_a_list", 'UPDATE rules_season SET levels = \'{"name": "Keeper", "xp": 5}\''),
            ("wallet_is_listed_once", "UPDATE rules_cohortmember SET address = 'same'"),
        ],
    )
    def test_refuses(self, name: str, statement: str) -> None:
        given_season()
        testers = Cohort.objects.create(slug="testers")
        CohortMember.objects.bulk_create(CohortMember(cohort=testers, address=one) for one in "ab")
        with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert Season.objects.count() == 1
