"""Approvers are told once of what waits for them, and by mail at least once."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.db import IntegrityError, transaction

from rewards import pipeline, tasks
from rewards.notices import operations as notices
from rewards.notices import queries
from rewards.notices.models import Notice, Recipient
from rewards.shipments import operations as shipments
from rewards.shipments.models import Shipment
from tests.admin.given import signed_in, text
from tests.notices.server import mail_server
from tests.rules.given import given_round, given_rule, planned
from tests.tables import day

pytestmark = pytest.mark.django_db

NOW = day("2026-05-01")
DEADLINE = day("2026-05-03 06:00")


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example"
    settings.SITE_URL = "https://rewards.example"
    settings.EMAIL_FROM = "holdfast@rewards.example"


@pytest.fixture
def march() -> Shipment:
    """A plan by ann that waits, and those who work here."""
    for name, role in (("ann", "approver"), ("bob", "approver"), ("olga", "operator"), ("gone", "approver")):
        user = User.objects.create(username=name, email=f"{name}@example", is_active=name != "gone")
        user.groups.add(Group.objects.get(name=role))
    given_rule("buyers", "purchase", xp_per_eth=100)
    given_round()
    Shipment.objects.update(approve_by=DEADLINE)
    return planned()


def told(name: str, *, as_of: datetime = NOW) -> list[str]:
    found = queries.list_unseen(name=name, as_of=as_of)
    return [f"{one.title}. {one.detail}" for one in found]


class TestTell:
    def test_tells_approvers_but_not_the_author_once(self, march: Shipment) -> None:
        assert notices.tell(as_of=NOW) == 1
        assert notices.tell(as_of=NOW) == 0
        (said,) = told("bob")
        assert said == (
            "March waits for your approval. 0 XP to 0 collectors. Approve it by 2026-05-03 06:00 UTC, "
            "in 2 days, or it does not go out by itself."
        )
        assert told("ann") == told("olga") == told("gone") == []

    def test_tells_again_of_another_plan_and_of_the_first_no_more(self, march: Shipment) -> None:
        notices.tell(as_of=NOW)
        given_rule("buyers", "purchase", xp_per_eth=200, since="2025-01-01", as_of=day("2026-03-02"))
        planned()
        assert notices.tell(as_of=NOW) == 1
        assert len(told("bob")) == 1

    def test_tells_when_the_deadline_passed(self, march: Shipment) -> None:
        notices.tell(as_of=NOW)
        assert notices.tell(as_of=DEADLINE) == 1
        (said,) = told("bob", as_of=DEADLINE)
        assert said.startswith("March is overdue. Its deadline passed")

    def test_says_no_more_once_it_is_approved(self, march: Shipment) -> None:
        notices.tell(as_of=NOW)
        shipments.approve(slug="march", digest=march.plan_digest or "", approver="bob", as_of=NOW)
        assert told("bob") == []

    def test_is_part_of_the_sweep(self, march: Shipment) -> None:
        assert not pipeline.list_due(as_of=NOW).mails
        assert pipeline.list_due(as_of=NOW).mails
        assert not pipeline.list_due(as_of=NOW).mails

    @pytest.mark.parametrize("twice", [Notice, Recipient])
    def test_once_is_held_by_the_database(self, march: Shipment, twice: Any) -> None:
        notices.tell(as_of=NOW)
        row = twice.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


class TestSendMails:
    def test_sends_each_once(self, march: Shipment) -> None:
        notices.tell(as_of=NOW)
        assert notices.send_mails(as_of=NOW) == 1
        assert notices.send_mails(as_of=NOW) == 0
        (sent,) = mail.outbox
        assert sent.to == ["bob@example"]
        assert sent.subject == "March waits for your approval"
        assert sent.body.endswith("\n\nhttps://rewards.example/admin/shipments/march/\n")
        one = Recipient.objects.get()
        name = f"<{one.notice_id}.{one.user_id}@rewards.example>"
        assert sent.message()["Message-ID"] == name

    def test_tries_again_later_and_later_and_then_gives_up(
        self, march: Shipment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise ConnectionRefusedError("nobody listens")

        monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
        notices.tell(as_of=NOW)
        tried = []
        due: datetime | None = NOW
        while due is not None:
            tried.append(due)
            assert notices.send_mails(as_of=due) == 0
            due = Recipient.objects.get().mail_due_at
        waits = [after - before for before, after in pairwise(tried)]
        assert waits == [timedelta(minutes=2**number) for number in range(10)]
        assert Recipient.objects.get().mail_problem == "ConnectionRefusedError: nobody listens"

    def test_goes_through_a_real_mail_server_once(self, march: Shipment, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        notices.tell(as_of=NOW)
        with mail_server() as server:
            settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
            for _ in range(2):
                tasks.mail()
        (one,) = server.mails
        assert (one["To"], one["From"]) == ("bob@example", "holdfast@rewards.example")
        assert one["Subject"] == "March waits for your approval"
        assert "https://rewards.example/admin/shipments/march/" in one.get_content()
        told_once = Recipient.objects.get()
        assert (told_once.mail_attempts, told_once.mail_due_at, told_once.mail_problem) == (1, None, "")
        assert told_once.mailed_at is not None
        # Nobody answers any more: a mail that could not go out stays due, with the server's words.
        Recipient.objects.update(mail_due_at=NOW)
        tasks.mail()
        assert Recipient.objects.get().mail_problem.startswith("ConnectionRefusedError")

    def test_sends_none_where_mail_is_not_set_up(self, march: Shipment, settings: Any) -> None:
        settings.EMAIL_URL = ""
        notices.tell(as_of=NOW)
        assert notices.send_mails(as_of=NOW) == 0
        assert len(told("bob")) == 1


class TestDashboard:
    def test_shows_it_until_it_was_seen(self, march: Shipment) -> None:
        browser = signed_in("approver", name="paula")
        notices.tell(as_of=NOW)
        Shipment.objects.update(approve_by=None)
        assert "For you March waits for your approval" in text(browser.get("/admin/"))
        mine = Recipient.objects.get(user__username="paula")
        said = text(browser.post(f"/admin/notices/{mine.notice_id}/seen/", follow=True))
        assert "For you" not in said
        assert len(told("bob")) == 1
