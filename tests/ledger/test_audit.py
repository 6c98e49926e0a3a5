"""The audit names every row that breaks a promise, and every guard that is off."""

import pytest
from django.db import connection

from config.local.postgres import APP_ROLE
from rewards.ledger.audit import Finding
from rewards.ledger.models import Account, Transfer
from rewards.ledger.queries import list_findings
from tests.ledger.given import award, execute, given_round, post


def findings() -> dict[str, str]:
    """What is found, each row with its sentence."""
    return {finding.row: finding.sentence for finding in list_findings()}


@pytest.fixture
def posted(db: None) -> None:
    """A round with two awards."""
    given_round(100)
    post(award(101, 30), award(102, 20))


@pytest.fixture
def unguarded(posted: None) -> None:
    """The same, and a superuser who has put the guards of the rows to sleep."""
    execute("SET LOCAL ROLE NONE")
    execute("ALTER TABLE ledger_transfer DISABLE TRIGGER ALL")
    execute("ALTER TABLE ledger_account DISABLE TRIGGER ALL")


def guard_again() -> None:
    """Wake the guards up again, as somebody would who hides what was done."""
    for name in ("balances_follow_transfers", "transfers_never_change", "transfers_never_go"):
        execute(f"ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER {name}")
    for name in ("accounts_open_with_zero", "balances_change_by_posting", "accounts_never_go"):
        execute(f"ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER {name}")


def transfer_row(key: str) -> str:
    return f"ledger_transfer {Transfer.objects.get(key=key).id}"


def account_row(kind: str, holder_id: int) -> str:
    return f"ledger_account {Account.objects.get(kind=kind, holder_id=holder_id).id}"


def unchecked(constraint: str) -> str:
    return f"The constraint {constraint} is missing, or was never checked against the rows there are."


class TestListFindings:
    def test_finds_nothing_in_an_empty_ledger(self, db: None) -> None:
        assert findings() == {}

    def test_finds_nothing_where_all_is_well(self, posted: None) -> None:
        assert findings() == {}

    def test_finds_nothing_as_the_app(self, posted: None) -> None:
        execute(f"SET LOCAL ROLE {APP_ROLE}")
        assert findings() == {}

    def test_names_a_flipped_bit(self, unguarded: None) -> None:
        """The CHECK has to be dropped as well; put back without looking at the rows, it is named too."""
        execute("ALTER TABLE ledger_transfer DROP CONSTRAINT payload_hash_is_of_this_row")
        execute("UPDATE ledger_transfer SET amount_xp = amount_xp # 64 WHERE key = 'award:7:101'")
        execute("""
            ALTER TABLE ledger_transfer ADD CONSTRAINT payload_hash_is_of_this_row CHECK (
                payload_hash = ledger_payload_hash(
                    key, debit_account_id, credit_account_id, amount_xp, reason, shipment_id
                )
            ) NOT VALID
        """)
        guard_again()
        transfer, giver, taker = (
            transfer_row("award:7:101"),
            account_row("shipment", 7),
            account_row("collector", 101),
        )
        assert findings() == {
            transfer: "The transfer award:7:101 does not say what it said when it was posted.",
            giver: "The account of shipment 7 says 50 XP, but its transfers make -14 XP.",
            taker: "The account of collector 101 says 30 XP, but its transfers make 94 XP.",
            "constraint payload_hash_is_of_this_row": unchecked("payload_hash_is_of_this_row"),
        }

    @pytest.mark.parametrize("column", ["shipment_id = 6", "reason = 'grant'", "key = 'award:7:100'"])
    def test_names_a_transfer_that_says_something_else(self, unguarded: None, column: str) -> None:
        row = transfer_row("award:7:101")
        execute("ALTER TABLE ledger_transfer DROP CONSTRAINT payload_hash_is_of_this_row")
        execute(f"UPDATE ledger_transfer SET {column} WHERE key = 'award:7:101'")
        guard_again()
        assert findings().keys() == {row, "constraint payload_hash_is_of_this_row"}

    def test_names_a_balance_made_by_hand(self, unguarded: None) -> None:
        execute("UPDATE ledger_account SET balance_xp = 1030 WHERE holder_id = 101")
        guard_again()
        assert findings() == {
            account_row("collector", 101): (
                "The account of collector 101 says 1,030 XP, but its transfers make 30 XP."
            ),
            "ledger_account": "All balances together are 1,000 XP instead of zero.",
        }

    def test_names_a_lost_update(self, unguarded: None) -> None:
        execute("UPDATE ledger_account SET balance_xp = balance_xp + 20 WHERE kind = 'shipment'")
        guard_again()
        assert account_row("shipment", 7) in findings()

    def test_names_a_balance_below_zero(self, unguarded: None) -> None:
        execute("ALTER TABLE ledger_account DROP CONSTRAINT only_issuance_goes_below_zero")
        execute("UPDATE ledger_account SET balance_xp = -1 WHERE holder_id = 101")
        below = Finding(
            promise="P11",
            row=account_row("collector", 101),
            sentence="The account of collector 101 is below zero: -1 XP.",
        )
        assert below in list_findings()
        assert "constraint only_issuance_goes_below_zero" in findings()

    def test_names_a_transfer_whose_account_is_gone(self, unguarded: None) -> None:
        gone = Account.objects.get(holder_id=102).id
        execute("DELETE FROM ledger_account WHERE holder_id = 102")
        guard_again()
        assert findings()[transfer_row("award:7:102")] == (
            f"The transfer award:7:102 names account {gone}, which does not exist."
        )

    def test_names_xp_issued_past_a_season(self, unguarded: None) -> None:
        execute("""
            INSERT INTO ledger_transfer
                (key, debit_account_id, credit_account_id, amount_xp, reason, posted_at, payload_hash)
            SELECT
                'mint', debit.id, credit.id, 5, 'grant', now(),
                ledger_payload_hash('mint', debit.id, credit.id, 5, 'grant', NULL)
            FROM ledger_account AS debit, ledger_account AS credit
            WHERE debit.kind = 'issuance' AND credit.holder_id = 101
        """)
        sentences = [finding.sentence for finding in list_findings()]
        assert "The transfer mint issued 5 XP to collector 101, not to a season." in sentences

    def test_names_guards_that_are_off(self, unguarded: None) -> None:
        assert findings().keys() == {
            "trigger balances_follow_transfers",
            "trigger transfers_never_change",
            "trigger transfers_never_go",
            "trigger accounts_open_with_zero",
            "trigger balances_change_by_posting",
            "trigger accounts_never_go",
        }
        assert findings()["trigger transfers_never_go"] == (
            "The guard transfers_never_go is not enabled for every role."
        )

    @pytest.mark.parametrize(
        ("damage", "row", "sentence"),
        [
            (
                "ALTER TABLE ledger_transfer ENABLE TRIGGER transfers_never_change",
                "trigger transfers_never_change",
                "The guard transfers_never_change is not enabled for every role.",
            ),
            (
                "DROP TRIGGER accounts_never_go ON ledger_account",
                "trigger accounts_never_go",
                "The guard accounts_never_go is missing.",
            ),
            (
                """
                CREATE OR REPLACE TRIGGER transfers_never_go BEFORE TRUNCATE ON ledger_transfer
                FOR EACH STATEMENT WHEN (FALSE) EXECUTE FUNCTION ledger_refuse_change();
                ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER transfers_never_go
                """,
                "trigger transfers_never_go",
                "The guard transfers_never_go was replaced by another one.",
            ),
            (
                """
                CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql
                SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'
                """,
                "function ledger_refuse_change",
                "The guard ledger_refuse_change is not the one of this release.",
            ),
            (
                "ALTER FUNCTION ledger_keep_balances() SECURITY INVOKER",
                "function ledger_keep_balances",
                "The guard ledger_keep_balances is not the one of this release.",
            ),
            (
                "ALTER FUNCTION ledger_keep_balances() RESET search_path",
                "function ledger_keep_balances",
                "The guard ledger_keep_balances is not the one of this release.",
            ),
            (
                "ALTER TABLE ledger_transfer DROP CONSTRAINT transfer_is_posted_once",
                "constraint transfer_is_posted_once",
                unchecked("transfer_is_posted_once"),
            ),
            (
                f"GRANT DELETE, UPDATE ON ledger_transfer TO {APP_ROLE}",
                f"role {APP_ROLE} on ledger_transfer",
                f"The role {APP_ROLE} may do more than read and add: DELETE, UPDATE on ledger_transfer.",
            ),
            (
                f"GRANT UPDATE (balance_xp) ON ledger_account TO {APP_ROLE}",
                f"role {APP_ROLE} on ledger_account",
                f"The role {APP_ROLE} may do more than read and add: UPDATE on ledger_account.",
            ),
        ],
    )
    def test_names_a_damaged_guard(self, posted: None, damage: str, row: str, sentence: str) -> None:
        execute(damage)
        assert findings() == {row: sentence}

    def test_knows_every_guard_there_is(self, db: None) -> None:
        """A guard that the audit does not look for would not be missed; so the database is asked for all."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype AND proname ~ '^ledger_'"
            )
            functions = {name for (name,) in cursor.fetchall()}
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid::regclass::text ~ '^ledger_'")
            triggers = {name for (name,) in cursor.fetchall()}
        for function in functions:
            execute(f"DROP FUNCTION {function} CASCADE")
        expected = {f"function {name}" for name in functions} | {f"trigger {name}" for name in triggers}
        assert findings().keys() == expected
