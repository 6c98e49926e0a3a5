"""Roles of staff, and what staff tell the inbox."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from marketplace.inbox.models import Event
from rewards.staff import operations as staff
from rewards.staff.errors import StaffError
from rewards.staff.models import Told
from tests.tables import address, day, table

pytestmark = pytest.mark.django_db

NOW = day("2026-01-05")


class TestRoles:
    def test_each_role_may_do_its_own_and_nobody_deletes(self) -> None:
        rows = [
            f"{group.name} | {' '.join(sorted(p.codename for p in group.permissions.all()))}"
            for group in Group.objects.order_by("name")
        ]

        assert table("\n".join(["role | may", *rows])) == table("""
            role     | may
            viewer   | look
            operator | answer correct edit_lists edit_rules halt judge keep_webhooks look pause plan send_back
            approver | adjust approve halt judge look send_back
        """)

    def test_the_log_has_no_permission_to_add_change_or_delete(self) -> None:
        viewer = staff.put_user(name="vera", roles=["viewer"], password="quiet-harbour-9")

        assert viewer.get_all_permissions() == {"staff.look"}


class TestPutUser:
    def test_makes_a_user_who_can_sign_in(self) -> None:
        staff.put_user(name="olga", roles=["operator"], password="quiet-harbour-9")

        olga = User.objects.get(username="olga")
        assert (olga.is_staff, olga.is_superuser, olga.check_password("quiet-harbour-9")) == (
            True,
            False,
            True,
        )
        assert olga.has_perm("staff.pause")
        assert not olga.has_perm("staff.approve")

    def test_gives_other_roles_and_keeps_the_password(self) -> None:
        staff.put_user(name="olga", roles=["operator"], password="quiet-harbour-9")
        olga = staff.put_user(name="olga", roles=["viewer"], password=None)

        assert [group.name for group in olga.groups.all()] == ["viewer"]
        assert olga.check_password("quiet-harbour-9")

    @pytest.mark.parametrize(
        ("roles", "password", "says"),
        [
            (["boss"], "quiet-harbour-9", "There is no role called boss."),
            (["viewer"], None, "olga is new and needs a password."),
            (["viewer"], "short", "This password is too short"),
        ],
    )
    def test_refuses(self, roles: list[str], password: str | None, says: str) -> None:
        with pytest.raises(StaffError, match=says):
            staff.put_user(name="olga", roles=roles, password=password)

        assert not User.objects.exists()

    def test_keeps_an_address_until_another_is_given(self) -> None:
        def put(email: str | None) -> str:
            return staff.put_user(
                name="olga", roles=["viewer"], password="quiet-harbour-9", email=email
            ).email

        assert put("olga@rewards.example") == put(None) == "olga@rewards.example"
        with pytest.raises(StaffError, match="olga at home is no address that a mail could go to"):
            put("olga at home")
        assert put("") == ""


class TestCommand:
    def test_adds_and_lists(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", StringIO("quiet-harbour-9\n"))
        said = StringIO()
        with_email = ["--email", "olga@rewards.example", "--password-stdin"]
        call_command("staff", "add", "olga", "--role", "operator", *with_email, stdout=said)
        call_command("staff", "list", stdout=said)

        assert said.getvalue() == (
            "olga can sign in at /admin/ as operator.\nolga: operator, olga@rewards.example\n"
        )

    def test_says_what_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", StringIO("quiet-harbour-9\n"))
        with pytest.raises(CommandError, match="There is no role called boss"):
            call_command("staff", "add", "olga", "--role", "boss", "--password-stdin")

    def test_says_that_nobody_can_type_a_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def ended(_: str) -> str:
            raise EOFError

        monkeypatch.setattr("getpass.getpass", ended)
        with pytest.raises(CommandError, match="no terminal to type a password at"):
            call_command("staff", "add", "olga", "--role", "operator")


class TestNameCustody:
    def test_is_an_event_of_the_source_staff(self) -> None:
        told = staff.name_custody(
            address=address("vault").upper().replace("0X", "0x"), note="A vault", by="olga", as_of=NOW
        )

        event = Event.objects.get()
        assert (event.source, event.kind, event.address) == ("staff", "custody", address("vault"))
        assert (told.key, told.told_by, told.note) == (event.key, "olga", "A vault")

    def test_is_told_once(self) -> None:
        staff.name_custody(address=address("vault"), note="", by="olga", as_of=NOW)
        with pytest.raises(StaffError, match="Staff named this before") as refused:
            staff.name_custody(address=address("vault"), note="", by="oskar", as_of=NOW)

        assert refused.value.field == "address"
        assert Told.objects.count() == Event.objects.count() == 1

    def test_refuses_what_is_no_address(self) -> None:
        with pytest.raises(StaffError) as refused:
            staff.name_custody(address="0x12", note="", by="olga", as_of=NOW)

        assert refused.value.field == "address"
        assert not Told.objects.exists()
        assert not Event.objects.exists()


class TestNameRate:
    def test_the_last_word_of_a_day_comes_last(self) -> None:
        for eth in ("0.0005", "0.00052"):
            staff.name_rate(
                currency="usdc", day=date(2026, 1, 4), eth=Decimal(eth), note="", by="olga", as_of=NOW
            )

        rows = [f"{one.currency} | {one.price}" for one in Event.objects.order_by("at", "key")]
        assert rows == [f"USDC | {5 * 10**14}", f"USDC | {52 * 10**13}"]

    @pytest.mark.parametrize("eth", ["0", "-1", "0.0000000000000000001"])
    def test_refuses_a_rate_that_is_none(self, eth: str) -> None:
        with pytest.raises(StaffError, match="A rate is above zero"):
            staff.name_rate(
                currency="USDC", day=date(2026, 1, 4), eth=Decimal(eth), note="", by="olga", as_of=NOW
            )
