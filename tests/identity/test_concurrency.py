"""Many at a time: one nonce signs in once, and joined XP is moved once, over connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from rewards import pipeline
from rewards.identity import operations as identity
from rewards.identity.errors import LinkRefused, NotProven
from rewards.identity.models import Challenge, SignIn
from rewards.ledger.models import Account
from rewards.shipments import operations as shipments
from tests.conftest import ClonedDatabase
from tests.identity.given import DOMAIN, NOW, at, browser, challenge, link, own, sign_in, signed
from tests.rules.given import PLANNED_AT, approved, given_market, given_rule
from tests.shipments.test_concurrency import at_once


class TestSignIn:
    def test_with_one_nonce_a_hundred_times_signs_in_once(self, cloned_database: ClonedDatabase) -> None:
        made = challenge("ann")
        signature = signed("ann", made.text)

        def attempt(_: int) -> Any:
            try:
                return identity.sign_in(
                    request=browser(), nonce=made.nonce, signature=signature, domain=DOMAIN, as_of=NOW
                )
            except NotProven as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(max_workers=25) as threads:
            done = list(threads.map(attempt, range(100)))
        assert sum(not isinstance(one, NotProven) for one in done) == 1
        assert SignIn.objects.count() == 1
        assert Challenge.objects.exclude(used_at=None).count() == 1

    def test_that_link_and_post_at_once_lose_and_double_nothing(
        self, cloned_database: ClonedDatabase
    ) -> None:
        given_market(f"""
            kind | token | from | to          | at         | price
            sale | a     | zed  | {at("ann")} | 2026-03-01 | 1 ETH
            sale | b     | zed  | {at("bob")} | 2026-03-02 | 2 ETH
            sale | c     | zed  | {at("cat")} | 2026-03-03 | 4 ETH
        """)
        given_rule("buyers", "purchase", xp_per_eth=100)
        approved()
        shipments.start(slug="march", as_of=PLANNED_AT, batch_size=1)
        batches = [batch.id for batch in shipments.get(slug="march").batches.all()]
        ann, cat = sign_in("ann"), sign_in("cat")
        done = at_once(
            lambda: link(ann, "bob"),
            lambda: link(cat, "bob"),
            *[lambda: identity.forward(as_of=NOW)] * 3,
            *[
                lambda batch=batch: shipments.post_batch(batch_id=batch, as_of=PLANNED_AT)
                for batch in batches
            ],
        )
        assert [isinstance(one, LinkRefused) for one in done[:2]].count(True) == 1
        assert not [one for one in done[2:] if isinstance(one, Exception)]
        (collector,) = (one for one in (ann, cat) if len(own(one)) == 2)
        for _ in range(2):
            identity.forward(as_of=NOW)
        found = dict(Account.objects.filter(kind="collector").values_list("holder_id", "balance_xp"))
        assert found[collector.collector_id] == (300 if collector == ann else 600)
        assert sum(found.values()) == 700
        assert pipeline.list_findings() == []
