"""How often a client may ask for a text to sign, and what it reads beyond that."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.identity.given import key
from tests.tab.test_sign_in import post, proven

pytestmark = pytest.mark.django_db


class TestTexts:
    def test_are_so_many_a_minute_for_a_client(self, settings: Settings) -> None:
        settings.SIGN_IN_TEXTS_A_MINUTE = 2
        settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
        cache.clear()
        ann, bob = Client(), Client(headers={"X-Forwarded-For": "192.0.2.7"})
        told = {"address": key("ann").address}
        # The clock may turn to the next minute once between these.
        answers = [post(ann, "sign-in/text", told) for _ in range(5)]
        refused = [said["error"] for status, said in answers if status == 429]
        assert refused
        assert all("Nothing is lost; try again in" in said for said in refused)
        answer = ann.post("/rewards/sign-in/text/", told, content_type="application/json")
        assert 0 < int(answer.headers.get("Retry-After", "1")) <= 61
        assert proven(bob, "sign-in", "bob")[0] == 200
