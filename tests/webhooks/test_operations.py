"""What happens is announced with it, once, to whoever asked; and by the stages in which it happens."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from config import sealing
from rewards import pipeline
from rewards.flags.errors import FlagError
from rewards.shipments import operations as shipments
from rewards.webhooks import operations as webhooks
from rewards.webhooks.errors import WebhookError
from rewards.webhooks.models import SEALED_FOR, Delivery, Endpoint, Message, Secret
from tests.facts.given import count_queries
from tests.flags.given import LIQUIDITY, LISTING, pause, resume
from tests.rules.given import PLANNED_AT, shipped
from tests.shipments.given import given_buyers, started
from tests.tables import address, day, table
from tests.webhooks.given import NOON, announced, deliveries, endpoint

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[dict[str, object]]:
    """What was announced of a kind, in order."""
    return list(Message.objects.filter(kind=kind).order_by("id").values_list("data", flat=True))


class TestAnnounce:
    def test_is_for_those_who_asked_and_are_not_shut_out(self) -> None:
        for name in ("paused", "revoked", "market"):
            endpoint(name=name)
        endpoint(name="rounds", kinds=["round.shipped"])
        webhooks.pause_endpoint(name="paused")
        webhooks.revoke_endpoint(name="revoked", as_of=NOON)

        announced("one")

        assert deliveries() == table("""
            key | endpoint | state   | tries | status
            one | market   | pending | 0     |
            one | paused   | pending | 0     |
        """)

    def test_again_changes_nothing(self) -> None:
        endpoint()
        announced("one", says="this")
        announced("one", says="that")
        assert told("flag.paused") == [{"says": "this"}]
        assert Delivery.objects.count() == 1

    def test_again_tells_nobody_who_asked_since(self) -> None:
        announced("one")
        endpoint()
        announced("one")
        assert not Delivery.objects.exists()

    def test_is_undone_with_what_it_is_about(self) -> None:
        endpoint()

        @transaction.atomic
        def pause_twice() -> None:
            pause()
            pause()

        with pytest.raises(FlagError):
            pause_twice()
        assert not Message.objects.exists()

    def test_asks_as_often_for_many_endpoints_as_for_one(self) -> None:
        endpoint()
        one = count_queries(lambda: announced("one"))
        for number in range(20):
            endpoint(name=f"market-{number}")
        assert count_queries(lambda: announced("two")) == one == 1

    def test_a_message_never_changes(self) -> None:
        announced("one")
        with pytest.raises(DatabaseError, match="stays as it was announced"), transaction.atomic():
            Message.objects.update(data={})


class TestFlags:
    def test_a_pause_says_from_when_until_when_and_why_but_not_who(self) -> None:
        pause(LIQUIDITY, starts_at=day("2026-03-11"), ends_at=day("2026-03-12 06:30"), reason="Farmed.")
        assert told("flag.paused") == [
            {
                "flag": "liquidity",
                "title": "Listing and bidding",
                "reason": "Farmed.",
                "paused_from": "2026-03-11T00:00:00Z",
                "paused_until": "2026-03-12T06:30:00Z",
            }
        ]

    def test_each_end_is_told_also_one_that_is_moved_and_a_pause_that_never_began(self) -> None:
        pause(LISTING)
        resume(LISTING, until=day("2026-03-20"))
        resume(LISTING, at=day("2026-03-11"))
        pause(LIQUIDITY, starts_at=day("2026-04-01"))
        resume(LIQUIDITY)
        assert [(one["flag"], one["paused_until"], one["called_off"]) for one in told("flag.resumed")] == [
            (LISTING, "2026-03-20T00:00:00Z", False),
            (LISTING, "2026-03-11T00:00:00Z", False),
            (LIQUIDITY, "2026-04-01T00:00:00Z", True),
        ]


class TestRounds:
    def test_a_round_is_told_once_with_the_totals_that_were_approved(self) -> None:
        given_buyers()
        march = shipped()
        shipments.finish(as_of=PLANNED_AT)
        assert told("round.shipped") == [
            {
                "round": "march",
                "title": "March",
                "season": "genesis",
                "window_start": "2026-03-01T00:00:00Z",
                "window_end": "2026-03-31T00:00:00Z",
                "award_count": 3,
                "total_xp": 600,
                "digest": march.plan_digest,
            }
        ]

    def test_an_award_is_told_with_its_batch_and_once(self) -> None:
        endpoint(kinds=["award.posted"])
        first, second = started()
        shipments.post_batch(batch_id=first.id, as_of=PLANNED_AT)
        assert Message.objects.count() == first.award_count
        shipments.post_batch(batch_id=second.id, as_of=PLANNED_AT)
        shipments.post_batch(batch_id=second.id, as_of=PLANNED_AT)
        assert sorted(told("award.posted"), key=lambda one: str(one["wallet"])) == [
            {"round": "march", "title": "March", "wallet": address(name), "amount_xp": amount_xp}
            for name, amount_xp in (("ann", 100), ("bob", 200), ("dan", 300))
        ]

    def test_no_award_is_written_down_while_nobody_asks(self) -> None:
        endpoint(kinds=["round.shipped"])
        given_buyers()
        shipped()
        assert not Message.objects.filter(kind="award.posted").exists()
        assert Delivery.objects.count() == 1

    def test_what_nobody_asks_for_is_not_even_read(self) -> None:
        _, batch = started()
        params = {
            "shipment_id": batch.shipment_id,
            "first_collector_id": batch.first_collector_id,
            "last_collector_id": batch.last_collector_id,
        }
        with CaptureQueriesContext(connection) as statements:
            count = webhooks.announce_all(
                kind="award.posted", messages=shipments.SQL["batch_messages"], params=params, at=NOON
            )
        assert count == 0
        assert len(statements) == 1
        assert "shipments_award" not in statements[0]["sql"]


class TestAddEndpoint:
    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"name": "My market"}, "a-z 0-9"),
            ({"kinds": ["round.sent"]}, "round.sent is no kind of message"),
            ({"kinds": []}, "Nothing is no kind"),
            ({"url": "ftp://market.example/"}, "must begin with https"),
            ({"url": "https:///hooks"}, "names no host"),
            ({"url": "https://ann:pw@market.example/"}, "no user name"),
            ({"url": "https://markét.example/"}, "plain ASCII"),
            ({"url": "https://market.example:99999/"}, "is no URL"),
        ],
    )
    def test_says_what_is_wrong(self, fields: dict[str, object], says: str) -> None:
        right = {"name": "market", "url": "https://market.example/", "kinds": ["round.shipped"]}
        with pytest.raises(WebhookError, match=says):
            webhooks.add_endpoint(**right | fields, by="ann", as_of=NOON)  # type: ignore[arg-type]

    def test_refuses_a_name_that_is_taken(self) -> None:
        endpoint()
        with pytest.raises(WebhookError, match="There is an endpoint called market"):
            endpoint()

    def test_its_secret_is_in_no_table_as_it_is(self) -> None:
        secret = endpoint()
        sealed = bytes(Secret.objects.get().sealed)
        assert secret.encode() not in sealed
        assert sealing.unseal(sealed, purpose=SEALED_FOR) == secret
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, purpose=b"another")

    @pytest.mark.parametrize(
        ("table_name", "change", "constraint"),
        [
            ("endpoint", "name = 'A b'", "endpoint_has_a_plain_name"),
            ("endpoint", "state = 'off'", "endpoint_has_a_known_state"),
            ("endpoint", "kinds = '{}'", "endpoint_asks_for_known_kinds"),
            ("endpoint", "kinds = '{all}'", "endpoint_asks_for_known_kinds"),
            ("secret", "ends_at = made_at - interval '1 s'", "endpoint_secret_ends_after_it_is_made"),
            ("delivery", "state = 'delivered'", "delivered_message_has_its_instant"),
            ("delivery", "state = 'lost'", "delivered_message_has_its_instant"),
        ],
    )
    def test_the_database_refuses(self, table_name: str, change: str, constraint: str) -> None:
        endpoint()
        announced("one")
        with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
            cursor.execute(f"UPDATE webhooks_{table_name} SET {change}")


class TestKeepEndpoint:
    def test_who_is_revoked_stays_so_and_has_no_secret(self) -> None:
        endpoint()
        announced("one")
        assert webhooks.revoke_endpoint(name="market", as_of=NOON) == 1
        assert not Secret.objects.filter(ends_at=None).exists()
        for act in (
            lambda: webhooks.resume_endpoint(name="market", as_of=NOON),
            lambda: webhooks.replay(name="market", as_of=NOON),
            lambda: webhooks.pause_endpoint(name="market"),
            lambda: webhooks.announce_test(name="market", by="ann", as_of=NOON),
        ):
            with pytest.raises(WebhookError, match="revoked"):
                act()

    def test_says_that_there_is_no_such_endpoint(self) -> None:
        with pytest.raises(WebhookError, match="no endpoint called market"):
            webhooks.pause_endpoint(name="market")

    def test_prune_forgets_what_is_old_and_waits_for_nobody(self) -> None:
        endpoint()
        for key in ("waits", "given-up", "delivered", "young"):
            announced(key, at=NOON if key != "young" else NOON + timedelta(days=2))
        Delivery.objects.filter(message__key="given-up").update(state="dead")
        Delivery.objects.filter(message__key="delivered").update(state="delivered", delivered_at=NOON)
        assert webhooks.prune(before=NOON + timedelta(days=1)) == 2
        assert set(Message.objects.values_list("key", flat=True)) == {"waits", "young"}
        assert webhooks.prune(before=NOON + timedelta(days=1)) == 0

    def test_the_sweeper_forgets_after_the_days_that_are_kept(self, settings: Settings) -> None:
        endpoint()
        for key in ("waits", "given-up", "delivered"):
            announced(key)
        announced("young", at=NOON + timedelta(days=1))
        Delivery.objects.filter(message__key="given-up").update(state="dead")
        told = Delivery.objects.filter(message__key__in=["delivered", "young"])
        told.update(state="delivered", delivered_at=NOON)
        settings.WEBHOOK_KEEP_DAYS = 10
        # At noon ten days later they are ten days old; what is too old goes after midnight.
        for days, left in ((10, 4), (11, 2), (11, 2)):
            pipeline.list_due(as_of=NOON + timedelta(days=days))
            assert Message.objects.count() == left
        assert set(Message.objects.values_list("key", flat=True)) == {"waits", "young"}
        settings.WEBHOOK_KEEP_DAYS = 0
        pipeline.list_due(as_of=NOON + timedelta(days=1_000))
        assert Message.objects.count() == 2

    def test_pausing_twice_changes_nothing(self) -> None:
        endpoint()
        assert webhooks.pause_endpoint(name="market")
        assert not webhooks.pause_endpoint(name="market")
        assert webhooks.resume_endpoint(name="market", as_of=NOON)
        assert Endpoint.objects.get().state == "on"
