"""What nobody can do to the ledger by SQL: not the app, not the owner, not a superuser (P10, P11)."""

import hashlib
from typing import Any, cast

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from config.local.postgres import APP_ROLE, OWNER_ROLE
from rewards.ledger.models import Account, Transfer
from tests.ledger.given import ANN, ROUND, award, balances, execute, given_round, post
from tests.tables import table

# NONE is the superuser who connected. A session in the role of a replica skips plain triggers.
ROLES = {
    "app": [f"SET LOCAL ROLE {APP_ROLE}"],
    "owner": [f"SET LOCAL ROLE {OWNER_ROLE}"],
    "superuser": ["SET LOCAL ROLE NONE"],
    "replica": ["SET LOCAL ROLE NONE", "SET LOCAL session_replication_role = replica"],
}

INSERT_TRANSFER = """
    INSERT INTO ledger_transfer (
        key, debit_account_id, credit_account_id, amount_xp, reason, shipment_id, posted_at, payload_hash
    )
    SELECT
        said.key, said.debit, said.credit, said.amount_xp, said.reason, 7, '2026-02-01',
        ledger_payload_hash(said.key, said.debit, said.credit, said.amount_xp, said.reason, 7)
    FROM (
        SELECT
            %(key)s AS key,
            (SELECT id FROM ledger_account WHERE kind = %(debit)s) AS debit,
            (SELECT id FROM ledger_account WHERE kind = %(credit)s) AS credit,
            %(amount_xp)s::bigint AS amount_xp,
            %(reason)s AS reason
    ) AS said
"""
SAID = {"key": "by hand", "debit": "shipment", "credit": "collector", "amount_xp": 5, "reason": "award"}


def act_as(role: str) -> None:
    """Go on as this role until the surrounding transaction or savepoint is rolled back."""
    for statement in ROLES[role]:
        execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('is_superuser')")
        user, is_superuser = cursor.fetchone()
    expected = {"app": (APP_ROLE, "off"), "owner": (OWNER_ROLE, "off")}.get(role, (user, "on"))
    assert (user, is_superuser) == expected


def refused(statement: str, params: Any = None, *, role: str = "owner") -> str:
    """The constraint that refuses a statement to a role, or the SQLSTATE where the refusal names none."""
    try:
        with transaction.atomic():
            act_as(role)
            execute(statement, params)
    except DatabaseError as error:
        cause = cast("psycopg.Error", error.__cause__)
        return cause.diag.constraint_name or cause.sqlstate or ""
    raise AssertionError("Nothing refused the statement.")


NO_PRIVILEGE = "42501"
HAND = "balance_follows_transfers"
GROWS = "ledger_only_grows"
REFUSED = {
    "UPDATE ledger_transfer SET amount_xp = amount_xp + 1": GROWS,
    "UPDATE ledger_transfer SET posted_at = now() WHERE FALSE": GROWS,
    "DELETE FROM ledger_transfer": GROWS,
    "TRUNCATE ledger_transfer": GROWS,
    "TRUNCATE ledger_account, ledger_transfer CASCADE": GROWS,
    "MERGE INTO ledger_transfer USING (VALUES (1)) AS one (n) ON TRUE WHEN MATCHED THEN DELETE": GROWS,
    "UPDATE ledger_account SET balance_xp = balance_xp + 1000 WHERE kind = 'collector'": HAND,
    "UPDATE ledger_account SET kind = 'issuance', holder_id = 0 WHERE kind = 'collector'": HAND,
    "DO 'BEGIN UPDATE ledger_account SET balance_xp = 1000; END'": HAND,
    "INSERT INTO ledger_account (kind, holder_id, opened_at) VALUES ('collector', 101, now())"
    " ON CONFLICT (kind, holder_id) DO UPDATE SET balance_xp = 1000": HAND,
    "DELETE FROM ledger_account": GROWS,
    "TRUNCATE ledger_account": GROWS,
}


@pytest.mark.parametrize("role", ROLES)
class TestEveryRole:
    @pytest.mark.parametrize("statement", REFUSED)
    def test_changes_nothing_by_hand(self, db: None, role: str, statement: str) -> None:
        given_round(100)
        post(award(101, 30))
        before = balances()
        expected = NO_PRIVILEGE if role == "app" else REFUSED[statement]
        assert refused(statement, role=role) == expected
        assert balances() == before

    def test_opens_no_account_with_xp(self, db: None, role: str) -> None:
        columns = "kind, holder_id, balance_xp, opened_at"
        statement = f"INSERT INTO ledger_account ({columns}) VALUES ('season', 9, 5, now())"
        assert refused(statement, role=role) == "account_opens_with_zero"
        assert not Account.objects.exists()

    def test_inserts_no_transfer_without_its_balances(self, db: None, role: str) -> None:
        given_round(100)
        post(award(101, 30))
        act_as(role)
        execute(INSERT_TRANSFER, SAID)
        assert balances() == table("""
            kind      | holder | xp
            issuance  | 0      | -100
            season    | 1      | 0
            shipment  | 7      | 65
            collector | 101    | 35
        """)

    def test_issues_to_nobody_but_a_season(self, db: None, role: str) -> None:
        given_round(100)
        post(award(101, 30))
        said = SAID | {"debit": "issuance"}
        assert refused(INSERT_TRANSFER, said, role=role) == "issuance_pays_seasons_only"

    def test_names_no_account_that_does_not_exist(self, db: None, role: str) -> None:
        given_round(100)
        statement = """
            INSERT INTO ledger_transfer
                (key, debit_account_id, credit_account_id, amount_xp, reason, posted_at, payload_hash)
            SELECT 'k', id, -1, 5, 'award', now(), ledger_payload_hash('k', id, -1, 5, 'award', NULL)
            FROM ledger_account WHERE kind = 'shipment'
        """
        assert refused(statement, role=role) == "transfer_names_two_accounts"
        assert balances() == table("""
            kind     | holder | xp
            issuance | 0      | -100
            season   | 1      | 0
            shipment | 7      | 100
        """)


OPEN = "INSERT INTO ledger_account (kind, holder_id, opened_at) VALUES "
BROKEN = {
    "holder_has_one_account": (OPEN + "('shipment', 7, now())", {}),
    "account_kind_is_known": (OPEN + "('bank', 7, now())", {}),
    "issuance_has_no_holder": (OPEN + "('issuance', 7, now())", {}),
    "only_issuance_goes_below_zero": (INSERT_TRANSFER, SAID | {"amount_xp": 71}),
    "transfer_is_posted_once": (INSERT_TRANSFER, SAID | {"key": "award:7:101"}),
    "transfer_has_a_key": (INSERT_TRANSFER, SAID | {"key": ""}),
    "transfer_moves_xp": (INSERT_TRANSFER, SAID | {"amount_xp": 0}),
    "transfer_has_two_sides": (INSERT_TRANSFER, SAID | {"credit": "shipment"}),
    "reason_is_a_code": (INSERT_TRANSFER, SAID | {"reason": "A gift"}),
    "payload_hash_is_of_this_row": (
        INSERT_TRANSFER.replace("said.amount_xp, said.reason, 7)", "said.amount_xp + 1, said.reason, 7)"),
        SAID,
    ),
}


class TestConstraints:
    @pytest.mark.parametrize("name", BROKEN)
    def test_each_refuses_what_it_names(self, db: None, name: str) -> None:
        given_round(100)
        post(award(101, 30))
        assert refused(*BROKEN[name]) == name

    def test_all_are_broken_here(self) -> None:
        declared = {one.name for model in (Account, Transfer) for one in model._meta.constraints}
        assert declared <= BROKEN.keys()


class TestPayloadHash:
    @pytest.mark.parametrize("key", ["award:7:101", r"a\x41\\b", "a|b", "größer"])
    def test_is_what_anybody_can_compute(self, db: None, key: str) -> None:
        given_round(100)
        post({**award(101, 30), "key": key})
        transfer = Transfer.objects.get(key=key)
        text = f"{transfer.debit_account_id}|{transfer.credit_account_id}|30|award|{ROUND.holder_id}|{key}"
        assert bytes(transfer.payload_hash) == hashlib.sha256(text.encode()).digest()

    def test_leaves_a_missing_shipment_empty(self, db: None) -> None:
        given_round(100)
        transfer = Transfer.objects.get(key="budget:7")
        text = f"{transfer.debit_account_id}|{transfer.credit_account_id}|100|budget||budget:7"
        assert bytes(transfer.payload_hash) == hashlib.sha256(text.encode()).digest()


class TestNet:
    def test_one_insert_counts_by_its_outcome(self, db: None) -> None:
        """Ann gives on what she receives in the same INSERT: only the balance after it has to be there."""
        given_round(100)
        back = {**award(103, 30), "debit_kind": "collector", "debit_holder": ANN.holder_id}
        post(award(101, 30), back)
        assert balances() == table("""
            kind      | holder | xp
            issuance  | 0      | -100
            season    | 1      | 0
            shipment  | 7      | 70
            collector | 101    | 0
            collector | 103    | 30
        """)
