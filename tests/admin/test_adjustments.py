"""P10: corrections in the admin, from a form or a sheet to what the collector reads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from rewards.adjustments.models import Adjustment
from rewards.rules.models import Season
from tests.adjustments.given import written, xp
from tests.admin.given import signed_in, text
from tests.rules.given import shipped
from tests.shipments.given import given_buyers
from tests.tables import address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def given_march() -> None:
    """A shipped round in which ann got 100 XP, bob 200 and dan 300."""
    given_buyers()
    shipped()


def typed(**fields: object) -> dict[str, object]:
    """The form for one wallet, filled in."""
    told = {
        "season": Season.objects.get().id,
        "title": "Ticket 12",
        "wallet": address("ann"),
        "xp": 20,
        "takes_back": "",
        "reason": "We missed your sale of 3 March.",
        "evidence": "Ticket 12.",
    }
    return {f"one-{name}": value for name, value in (told | fields).items()}


def sheet(*rows: str, **fields: object) -> dict[str, object]:
    """The form for many, with a file of these rows."""
    content = "\n".join(["wallet,xp,reason,evidence,takes_back", *rows])
    told = {
        "season": Season.objects.get().id,
        "title": "A bug of March",
        "file": SimpleUploadedFile("march.csv", content.encode()),
    }
    return {f"many-{name}": value for name, value in (told | fields).items()}


class TestOne:
    def test_is_written_by_an_operator_and_made_by_an_approver(self) -> None:
        olga, bob = signed_in("operator"), signed_in("approver", name="bob")
        said = text(olga.post("/admin/adjustments/write/", typed(wallet="0x12", xp=-5, reason="")))
        assert "It has 2 digits after 0x" in said
        assert "This field is required" in said
        assert "Say what was wrong" in text(olga.post("/admin/adjustments/write/", typed(xp=-5)))
        said = text(olga.post("/admin/adjustments/write/", typed(xp=-500, takes_back="march")))
        assert "takes back 500 XP of “march”, of which 100 XP are left to take." in said

        said = text(olga.post("/admin/adjustments/write/", typed(), follow=True))
        assert "You wrote this correction, so somebody else approves it." in said
        made = Adjustment.objects.get()
        page = f"/admin/adjustments/{made.id}/"
        assert "A correction waits for approval: Ticket 12" in text(bob.get("/admin/"))
        assert "Approve +20 XP in 1 entry" in text(bob.get(page))
        assert olga.post(f"{page}approve/", {"digest": made.digest}).status_code == 403
        assert bob.post(f"{page}cancel/", {"text": "No."}).status_code == 403
        assert "yours is another one" in text(bob.post(f"{page}approve/", {"digest": "1" * 64}))
        # It was written by one word, though the database takes two steps.
        said = text(bob.get(page))
        assert said.count("Correction Ticket 12 was made by olga") == 1
        assert "was changed by" not in said
        said = text(bob.post(f"{page}approve/", {"digest": made.digest}, follow=True))
        assert "approved by bob" in said
        assert "Correction Ticket 12 was changed by bob" in said
        assert xp("ann") == 120
        for client, path in (
            (Client(), f"/rewards/{address('ann')}/"),
            (bob, f"/admin/collectors/{address('ann')}/"),
        ):
            assert "+20 XP" in client.get(path).content.decode()
        assert "We missed your sale" in text(bob.get(f"/admin/collectors/{address('ann')}/"))
        assert "We missed your sale" not in Client().get(f"/rewards/{address('ann')}/").content.decode()

    def test_is_sent_back_and_written_anew(self) -> None:
        olga, bob = signed_in("operator"), signed_in("approver", name="bob")
        olga.post("/admin/adjustments/write/", typed())
        page = f"/admin/adjustments/{Adjustment.objects.get().id}/"
        assert "needs a comment" in text(bob.post(f"{page}send-back/", {"text": ""}))
        said = text(bob.post(f"{page}send-back/", {"text": "It was 30."}, follow=True))
        assert "“It was 30.”" in said
        assert "Approve" not in said
        again = sheet(f"{address('ann')},30,r,e,", number=Adjustment.objects.get().id)
        assert "Approve +30 XP" not in text(olga.post("/admin/adjustments/upload/", again, follow=True))
        assert "Approve +30 XP" in text(bob.get(page))
        assert "cancelled" in text(olga.post(f"{page}cancel/", {"text": "Not needed."}, follow=True))
        assert bob.get("/admin/adjustments/999/").status_code == 404


class TestMany:
    def test_report_bad_rows_and_are_reviewed_as_a_round_is(self) -> None:
        olga, bob = signed_in("operator"), signed_in("approver", name="bob")
        rows = [f"{address(name)},{number},r,e," for number, name in enumerate("abcdefgh", start=10)]
        bad = [f"{address('bob')},-900,r,e,march", "nobody at all,5,r,e,"]
        said = text(olga.post("/admin/adjustments/upload/", sheet(*rows, *bad)))
        assert "2 bad rows; nothing was written" in said
        assert "takes back 900 XP of “march”, of which 200 XP are left to take." in said
        assert not Adjustment.objects.exists()
        said = text(olga.post("/admin/adjustments/upload/", sheet(*rows, *bad, keep_good="on")))
        assert "2 bad rows; the others are written" in said
        said = text(bob.get(f"/admin/adjustments/{Adjustment.objects.get().id}/"))
        assert "8 entries" in said
        assert "8 new wallets No event has named them yet." in said
        assert "How what it gives is spread" in said
        assert "goes to the top 1 %: 17 XP to 1 collector" in said

    def test_in_the_way_of_the_budget_or_a_limit_cannot_be_approved(self) -> None:
        made = written("wallet | xp\n ann | 999999")
        said = text(signed_in("approver", name="bob").get(f"/admin/adjustments/{made.id}/"))
        assert "As it is, it cannot be made" in said
        assert "more than the 999,400 XP that are left of the season's budget" in said
        assert "Approve" not in said
        assert "Nothing is" not in text(signed_in("viewer", name="vera").get("/admin/adjustments/"))


class TestCommand:
    def test_writes_shows_approves_and_cancels(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["--reason", "r", "--evidence", "e", "--by", "olga"]
        call_command("adjustment", "grant", address("ann"), "20", *words)
        made = Adjustment.objects.get()
        assert f"next      manage.py adjustment approve {made.id} --digest" in capsys.readouterr().out
        call_command("adjustment", "approve", str(made.id), "--digest", made.digest[:12], "--by", "bob")
        call_command("adjustment", "reverse", address("ann"), "20", "--of", f"adjustment:{made.id}", *words)
        call_command("adjustment", "list", "--waiting", "--json")
        assert '"taken_xp": 20' in capsys.readouterr().out.splitlines()[-1]
        with pytest.raises(CommandError, match="of which 100 XP are left"):
            call_command("adjustment", "reverse", address("ann"), "101", "--of", "march", *words)
        with pytest.raises(CommandError, match="above zero"):
            call_command("adjustment", "grant", address("ann"), "0", *words)
        last = str(Adjustment.objects.latest("id").id)
        call_command("adjustment", "cancel", last, "--reason", "No.", "--by", "olga")
        call_command("adjustment", "show", last)
        assert "cancelled, by olga" in capsys.readouterr().out
        assert xp("ann") == 120
