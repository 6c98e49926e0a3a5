"""Reporting a problem with a line: from the collector to staff and back, on one's own lines alone."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from marketplace.registry import operations as registry
from marketplace.registry.models import Wallet
from rewards.adjustments import operations as adjustments
from rewards.adjustments.errors import AdjustmentError
from rewards.adjustments.models import Adjustment
from rewards.appeals import operations as appeals
from rewards.appeals.errors import AppealError, AppealRefused, UnknownAppeal
from rewards.appeals.models import MOST_OPEN, Appeal
from rewards.identity.queries import SignedIn
from rewards.shipments.models import Line
from rewards.webhooks.models import Message
from tests.admin.given import signed_in as staff
from tests.admin.given import text as page_text
from tests.identity.given import at
from tests.tab.test_sign_in import rounds_of, signed_in
from tests.tab.test_views import text
from tests.tables import day

pytestmark = pytest.mark.django_db

NOW = day("2019-05-01")


@pytest.fixture(autouse=True)
def given_rounds() -> None:
    """A round that brought ann a line of 100 XP and bob one of 200."""
    rounds_of("ann", "bob")


def line_of(name: str) -> Line:
    """The line of a wallet."""
    return Line.objects.get(collector_id=Wallet.objects.get(address=at(name)).id)


def path(name: str) -> str:
    """Where the line of a wallet is reported."""
    line = line_of(name)
    return f"/rewards/appeals/spring-round/{line.rule_version_id}/{line.subject}/{line.for_shipment_id}/"


def opened(by: str, *, on: str = "", said: str = "I paid more.") -> Appeal:
    """What somebody says of a line."""
    wallet, line = Wallet.objects.get(address=at(by)), line_of(on or by)
    return appeals.open_appeal(
        signed_in=SignedIn(
            sign_in_id=uuid.uuid4(),
            wallet_id=wallet.id,
            address=wallet.address,
            collector_id=wallet.collector_id,
        ),
        round_slug="spring-round",
        rule_version_id=line.rule_version_id,
        subject=line.subject,
        for_shipment_id=line.for_shipment_id,
        text=said,
        as_of=NOW,
    )


class TestPath:
    def test_goes_from_the_line_to_staff_and_back_with_a_correction(self) -> None:
        ann, olga, bob = signed_in("ann"), staff("operator"), staff("approver", name="bob")
        said = ann.get(f"/rewards/{at('ann')}/rounds/spring-round/").content.decode()
        assert path("ann") in said
        form = text(ann.get(path("ann")))
        assert "What is wrong with this line?" in form
        assert "Bought SuperRare #1 for 1 ETH" in form
        assert "Say in a sentence" in text(ann.post(path("ann"), {"text": "  "}))
        sent = text(ann.post(path("ann"), {"text": "I paid <b>2 ETH</b>."}, follow=True))
        assert "1 report waits for an answer" in sent
        assert "I paid <b>2 ETH</b>." in sent
        assert "it waits for an answer" in text(ann.get(f"/rewards/{at('ann')}/rounds/spring-round/"))

        assert "1 appeal to answer" in page_text(olga.get("/admin/"))
        assert "I paid <b>2 ETH</b>." in page_text(bob.get("/admin/appeals/"))
        one = Appeal.objects.get()
        there = f"/admin/appeals/{one.id}/"
        seen = page_text(olga.get(there))
        assert "Bought SuperRare #1 for 1 ETH" in seen
        assert "100 XP" in seen
        assert "sale superrare #1 1 ETH" in seen
        assert bob.post(f"{there}answer/", {"text": "No."}).status_code == 403
        assert "answered in words" in page_text(olga.post(f"{there}answer/", {"text": "", "grant_xp": "5"}))
        done = page_text(
            olga.post(f"{there}answer/", {"text": "You are right.", "grant_xp": "100"}, follow=True)
        )
        assert "The correction of 100 XP waits for approval" in done
        assert "olga answered appeal" in page_text(olga.post(f"{there}answer/", {"text": "Again."}))

        own = text(ann.get("/rewards/appeals/"))
        assert "You are right. A correction of 100 XP waits for approval by a second person." in own
        made = Adjustment.objects.get()
        assert "the answer to appeal" in page_text(bob.get(f"/admin/adjustments/{made.id}/"))
        bob.post(f"/admin/adjustments/{made.id}/approve/", {"digest": made.digest})
        assert "A correction of 100 XP was made on" in text(ann.get("/rewards/appeals/"))
        page = text(ann.get("/rewards/"))
        assert "Given on" in page
        assert "You are right." in page
        assert "200 XP" in page

    def test_says_so_where_the_correction_was_not_approved(self) -> None:
        answered = appeals.answer(appeal_id=opened("ann").id, text="Yes.", by="olga", as_of=NOW, grant_xp=5)
        assert answered.adjustment is not None
        adjustments.cancel(adjustment_id=answered.adjustment.id, reason="It was right.", as_of=NOW)
        said = text(signed_in("ann").get("/rewards/appeals/"))
        assert "A correction of 5 XP was proposed, and not approved." in said
        assert "It was right." not in said


class TestWebhook:
    def test_says_who_was_answered_once_and_not_what(self) -> None:
        one = opened("bob", said="My secret.")
        registry.link(addresses=[at("ann"), at("bob")], as_of=NOW)
        with pytest.raises(AdjustmentError), transaction.atomic():
            appeals.answer(appeal_id=one.id, text="Yes.", by="olga", as_of=NOW, grant_xp=0)
        assert not Message.objects.exists()

        appeals.answer(appeal_id=one.id, text="An answer.", by="olga", as_of=NOW, grant_xp=5)
        with pytest.raises(AppealError):
            appeals.answer(appeal_id=one.id, text="Another.", by="olga", as_of=NOW)

        told = Message.objects.get()
        assert (told.kind, told.key) == ("appeal.answered", f"appeal:{one.id}")
        # Ann's wallet stands for both now; that bob's is hers is nobody else's affair.
        assert told.data == {
            "appeal": one.id,
            "round": "spring-round",
            "title": "Spring round",
            "wallet": at("ann"),
            "opened_at": "2019-05-01T00:00:00Z",
        }


class TestTwoUsers:
    def test_nobody_sees_or_opens_on_anothers_lines(self, client: Client) -> None:
        opened("ann", said="My secret.")
        bob = signed_in("bob")
        for method in (bob.get, bob.post):
            assert method(path("ann"), {"text": "Mine!"}).status_code == 404
        for visitor in (bob, client):
            assert "My secret." not in visitor.get(f"/rewards/{at('ann')}/", follow=True).content.decode()
            assert "Something wrong?" not in visitor.get(f"/rewards/{at('ann')}/").content.decode()
            assert (
                "Something wrong?"
                not in visitor.get(f"/rewards/{at('ann')}/rounds/spring-round/").content.decode()
            )
        assert "Something wrong?" in bob.get(f"/rewards/{at('bob')}/rounds/spring-round/").content.decode()
        assert "Nothing reported" in text(bob.get("/rewards/appeals/"))
        for there in ("/rewards/appeals/", path("ann")):
            assert client.get(there).headers["Location"] == "/rewards/sign-in/"
        assert "no-store" in bob.get("/rewards/appeals/").headers["Cache-Control"]
        with pytest.raises(UnknownAppeal):
            opened("bob", on="ann")
        assert Appeal.objects.count() == 1

    def test_a_joined_wallet_brings_its_lines_and_reports(self) -> None:
        opened("bob")
        registry.link(addresses=[at("ann"), at("bob")], as_of=NOW)
        ann = signed_in("ann")
        assert "I paid more." in text(ann.get("/rewards/appeals/"))
        assert ann.get(path("bob")).status_code == 200

    def test_asks_for_a_token_of_the_page(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        assert browser.post(path("ann"), {"text": "x"}).status_code == 403


class TestLimits:
    def test_a_line_has_one_open_appeal_and_another_after_its_answer(self) -> None:
        one = opened("ann")
        with pytest.raises(AppealRefused, match="reported this line already"):
            opened("ann")
        appeals.answer(appeal_id=one.id, text="No.", by="olga", as_of=NOW)
        assert opened("ann").id > one.id

    def test_few_are_open_and_none_is_too_long(self) -> None:
        first = line_of("ann")
        columns = [field.attname for field in Line._meta.concrete_fields]
        values = ", ".join("gen_random_uuid()" if column == "subject" else column for column in columns)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE shipments_line DISABLE TRIGGER plan_is_written_before_approval")
            cursor.execute(
                f"INSERT INTO shipments_line ({', '.join(columns)}) SELECT {values} "
                "FROM shipments_line, generate_series(1, %s) WHERE collector_id = %s",
                [MOST_OPEN, first.collector_id],
            )
        lines = list(Line.objects.filter(collector_id=first.collector_id))
        told: dict[str, Any] = {
            "signed_in": SignedIn(
                sign_in_id=uuid.uuid4(),
                wallet_id=first.collector_id,
                address="",
                collector_id=first.collector_id,
            ),
            "round_slug": "spring-round",
            "rule_version_id": first.rule_version_id,
            "for_shipment_id": first.for_shipment_id,
            "as_of": NOW,
        }
        for line in lines[:MOST_OPEN]:
            appeals.open_appeal(**told, subject=line.subject, text="x")
        with pytest.raises(AppealRefused, match="10 of your reports wait"):
            appeals.open_appeal(**told, subject=lines[MOST_OPEN].subject, text="x")
        with pytest.raises(AppealRefused, match="more than 2,000 letters"):
            appeals.open_appeal(**told, subject=first.subject, text="x" * 2_001)

    def test_what_was_said_stays(self) -> None:
        one = opened("ann")
        appeals.answer(appeal_id=one.id, text="No.", by="olga", as_of=NOW)
        with pytest.raises(AppealError, match="olga answered"):
            appeals.answer(appeal_id=one.id, text="Yes.", by="bob", as_of=NOW)
        with pytest.raises(UnknownAppeal):
            appeals.answer(appeal_id=0, text="Yes.", by="bob", as_of=NOW)
        waits = opened("ann")
        for statement, constraint in [
            ("UPDATE appeals_appeal SET answer = 'Yes.' WHERE state = 'answered'", "appeals_stay"),
            ("UPDATE appeals_appeal SET text = 'Yes.' WHERE state = 'open'", "appeals_stay"),
            (
                "UPDATE appeals_appeal SET state = 'answered' WHERE state = 'open'",
                "answered_appeal_has_its_answer",
            ),
            ("DELETE FROM appeals_appeal", "appeals_stay"),
        ]:
            with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
            assert refused.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]
        told = {
            name: getattr(waits, name) for name in ("wallet_id", "shipment_id", "rule_version_id", "subject")
        }
        told |= {"for_shipment_id": waits.for_shipment_id, "opened_at": NOW, "text": "x"}
        bob = Wallet.objects.get(address=at("bob")).id
        for other, constraint in [
            (
                {"collector_id": bob, "line_collector_id": waits.line_collector_id},
                "appeal_is_of_ones_own_line",
            ),
            ({"collector_id": waits.collector_id, "line_collector_id": bob}, "appeal_is_of_ones_own_line"),
        ]:
            with pytest.raises(DatabaseError) as refused, transaction.atomic():
                Appeal.objects.create(**told, **other)
            assert refused.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]
