"""Cohorts, collections, custody, rates and the change log in the admin."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client

from marketplace.inbox.models import Event
from marketplace.registry import addresses
from marketplace.registry.models import Collection
from rewards.admin import wallet_list
from rewards.rules import operations as rules
from rewards.rules.models import CohortMember, Season
from rewards.staff import queries as staff
from rewards.staff.models import Change, Told
from tests.admin.given import signed_in, text
from tests.admin.test_flags import errors
from tests.tab import given
from tests.tables import address, table

pytestmark = pytest.mark.django_db

ANN, BOB = address("ann"), address("bob")
WRONG_CASE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD".replace("5aAe", "5AAe")


class TestRead:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("0x12", "has 2 digits after 0x, where an address has 40."),
            ("0x" + "g" * 40, "has a digit that is not hex."),
            ("ann@example.org", "is not the address of a wallet."),
            ("0x" + "0" * 40, "is the zero address, which is nobody."),
            (
                WRONG_CASE,
                "does not fit its own checksum (the letter case of EIP-55), so a digit may be wrong.",
            ),
        ],
    )
    def test_says_of_a_bad_row_where_it_is_and_why(self, line: str, reason: str) -> None:
        found = wallet_list.read(["wallet,note", ANN, line])

        assert found.wallets == [ANN]
        assert found.bad == [wallet_list.BadRow(line=3, text=line, reason=reason)]

    def test_takes_each_wallet_once_however_it_is_written(self) -> None:
        found = wallet_list.read(
            [f"{ANN},ann", "", addresses.checksummed(ANN), ANN.upper().replace("X", "x")]
        )

        assert (found.wallets, found.repeated, found.bad) == ([ANN], 2, [])


class TestUpload:
    def upload(self, client: Client, *lines: str, **fields: str) -> HttpResponseBase:
        """What the admin answers to a CSV."""
        file = SimpleUploadedFile("testers.csv", "\n".join(lines).encode())
        return client.post("/admin/cohorts/upload/", {"slug": "testers", "file": file, **fields})

    def test_makes_a_list_and_counts_it(self) -> None:
        olga = signed_in("operator")
        response = self.upload(olga, "wallet", ANN, BOB)

        assert response.status_code == 302
        assert "testers 2" in text(olga.get("/admin/cohorts/"))
        assert set(
            Change.objects.filter(table_name="rules_cohortmember").values_list("actor", flat=True)
        ) == {"olga"}

    def test_adds_to_a_list_and_takes_none_off(self) -> None:
        rules.put_cohort(slug="testers", addresses=[ANN])
        self.upload(signed_in("operator"), BOB)

        assert set(CohortMember.objects.values_list("address", flat=True)) == {ANN, BOB}

    def test_keeps_nothing_for_one_bad_row_and_lists_it(self) -> None:
        response = self.upload(signed_in("operator"), ANN, "0x12")

        assert response.status_code == 400
        assert "1 bad row; nothing was kept" in text(response)
        assert "2 0x12 It has 2 digits after 0x, where an address has 40." in text(response)
        assert not CohortMember.objects.exists()

    def test_keeps_the_good_rows_when_asked_to(self) -> None:
        response = self.upload(signed_in("operator"), ANN, "0x12", BOB, keep_good="on")

        assert response.status_code == 200
        assert "1 bad row; the 2 good ones are kept" in text(response)
        assert CohortMember.objects.count() == 2

    @pytest.mark.parametrize(
        ("content", "slug", "says"),
        [
            (b"\xff\xfe\x00", "testers", "The file is no text in UTF-8 with a wallet a line."),
            (b"wallet\n", "testers", "The file names no wallet."),
            (ANN.encode(), "No Slug", "A name has a-z, 0-9, dot, dash and underscore"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, content: bytes, slug: str, says: str) -> None:
        file = SimpleUploadedFile("testers.csv", content)
        response = signed_in("operator").post("/admin/cohorts/upload/", {"slug": slug, "file": file})

        assert response.status_code == 400
        (said,) = errors(response.content.decode())
        assert says in said

    def test_is_for_operators_alone(self) -> None:
        vera = signed_in("viewer")

        assert self.upload(vera, ANN).status_code == 403
        assert "Upload a list" not in text(vera.get("/admin/cohorts/"))


class TestMarket:
    def test_tells_the_inbox_a_custody_address(self) -> None:
        olga = signed_in("operator")
        olga.post("/admin/market/custody/", {"custody-address": address("vault"), "custody-note": "A vault"})

        event = Event.objects.get()
        assert (event.source, event.kind, event.address) == ("staff", "custody", address("vault"))
        assert addresses.checksummed(address("vault")) in text(olga.get("/admin/market/"))
        assert Change.objects.get(table_name="staff_told").actor == "olga"

    def test_tells_the_inbox_a_rate(self) -> None:
        olga = signed_in("operator")
        rate = {"rate-currency": "usdc", "rate-day": "2026-01-04", "rate-eth": "0.0005"}
        olga.post("/admin/market/rate/", rate)

        assert "4 January 2026 USDC 0.0005 ETH" in text(olga.get("/admin/market/"))

    @pytest.mark.parametrize(
        ("page", "typed", "says"),
        [
            ("custody", {"custody-address": "0x12"}, "address must be an address"),
            (
                "rate",
                {"rate-currency": "USDC", "rate-day": "2026-01-04", "rate-eth": "0"},
                "A rate is above zero",
            ),
            (
                "rate",
                {"rate-currency": "U S", "rate-day": "2026-01-04", "rate-eth": "1"},
                "currency",
            ),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, page: str, typed: dict[str, str], says: str) -> None:
        response = signed_in("operator").post(f"/admin/market/{page}/", typed)

        assert response.status_code == 400
        (said,) = errors(response.content.decode())
        assert says in said
        assert not Told.objects.exists()

    def test_is_for_operators_alone(self) -> None:
        vera = signed_in("viewer")

        assert vera.post("/admin/market/custody/", {"custody-address": ANN}).status_code == 403
        assert vera.post("/admin/market/rate/").status_code == 403
        assert vera.get("/admin/market/").status_code == 200


class TestTables:
    def mark(self, client: Client, action: str) -> None:
        ids = list(Collection.objects.values_list("id", flat=True))
        client.post("/admin/registry/collection/", {"action": action, "_selected_action": ids})

    def test_marks_collections_in_the_name_of_the_user(self) -> None:
        Collection.objects.create(slug="apes")
        self.mark(signed_in("operator"), "mark")

        assert Collection.objects.get().verified
        assert Change.objects.get(table_name="registry_collection").actor == "olga"

    def test_marks_are_for_operators_alone(self) -> None:
        Collection.objects.create(slug="apes")
        self.mark(signed_in("viewer"), "mark")

        assert not Collection.objects.get().verified

    @pytest.mark.parametrize("path", ["registry/collection", "staff/change"])
    def test_nobody_adds_changes_or_deletes_superusers_included(self, path: str) -> None:
        given.season()
        Collection.objects.create(slug="apes")
        boss = Client()
        boss.force_login(User.objects.create_superuser("boss"))
        row = {
            "registry/collection": lambda: Collection.objects.get().id,
            "staff/change": lambda: Change.objects.latest("id").id,
        }[path]()

        said = table(
            "page | status\n"
            + "\n".join(
                f"{page or 'list'} | {getattr(boss, how)(f'/admin/{path}/{page}').status_code}"
                for how, page in [
                    ("get", ""),
                    ("get", "add/"),
                    ("get", f"{row}/change/"),
                    ("post", f"{row}/change/"),
                    ("post", f"{row}/delete/"),
                ]
            )
        )
        assert said == table(f"""
            page           | status
            list           | 200
            add/           | 403
            {row}/change/  | 200
            {row}/change/  | 403
            {row}/delete/  | 403
        """)

    def test_of_a_season_only_limits_change_and_only_by_those_who_may(self) -> None:
        season = given.season(budget_xp=5_000)
        page = f"/admin/rules/season/{season.id}/change/"
        typed = {
            "cap_xp_per_shipment": "4000",
            "cap_xp_per_collector": "",
            "budget_xp": "9",
            "title": "Other",
        }
        viewer, olga = signed_in("viewer", name="vera"), signed_in("operator", name="olga")

        assert viewer.get(page).status_code == 200
        assert viewer.post(page, typed).status_code == 403
        assert olga.post(f"/admin/rules/season/{season.id}/delete/").status_code == 403
        assert olga.get("/admin/rules/season/add/").status_code == 403
        wrong = olga.post(page, typed | {"cap_xp_per_collector": "0"})
        assert "Ensure this value is greater than or equal to 1." in wrong.content.decode()
        assert olga.post(page, typed).status_code == 302

        _, changed = Change.objects.filter(table_name="rules_season").order_by("id")
        assert changed.actor == "olga"
        assert {one.name for one in staff.list_differences(changed)} == {"cap_xp_per_shipment"}
        assert Season.objects.get().cap_xp_per_shipment == 4_000

    def test_people_are_for_superusers_and_stay(self) -> None:
        assert signed_in("approver").get("/admin/auth/user/").status_code == 403
        boss = Client()
        user = User.objects.create_superuser("boss")
        boss.force_login(user)

        assert boss.get("/admin/auth/user/").status_code == 200
        assert boss.get(f"/admin/auth/user/{user.pk}/change/").status_code == 200
        assert boss.post(f"/admin/auth/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_every_page_opens_for_a_viewer(self) -> None:
        vera = signed_in("viewer")
        pages = ["", "flags/", "rules/", "shipments/", "collectors/", "cohorts/", "market/"]

        assert {page: vera.get(f"/admin/{page}").status_code for page in pages} == dict.fromkeys(pages, 200)

    def test_no_page_opens_for_staff_without_a_role(self) -> None:
        nobody = Client()
        nobody.force_login(User.objects.create(username="nobody", is_staff=True))
        pages = ["", "flags/", "rules/", "shipments/", "staff/change/", "market/", "cohorts/"]

        assert {nobody.get(f"/admin/{page}").status_code for page in pages} == {403}
