"""Signing in: what a text says, which signatures are taken, and that a nonce is good once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from eth_keys.constants import SECPK1_N

from marketplace.registry.models import Wallet
from rewards.identity import browsers, queries
from rewards.identity import operations as identity
from rewards.identity.errors import IdentityError, NotProven
from rewards.identity.models import Challenge, SignIn
from tests.identity.given import DOMAIN, NOW, SITE, at, browser, challenge, key, link, sign_in, signed

pytestmark = pytest.mark.django_db

# EIP-4361 in its own order; a statement is one line of the characters of URIs and spaces.
GRAMMAR = re.compile(
    r"(?P<domain>[^\s/?#]+) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n"
    r"\n"
    r"(?P<statement>[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;= ]+)\n"
    r"\n"
    r"URI: (?P<uri>[a-z]+://\S+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[0-9]+)\n"
    r"Nonce: (?P<nonce>[a-zA-Z0-9]{8,})\n"
    r"Issued At: (?P<issued>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    r"Expiration Time: (?P<expires>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
)


class TestChallenge:
    def test_says_what_the_standard_asks_for(self) -> None:
        made = challenge("ann")
        told = GRAMMAR.fullmatch(made.text)
        assert told is not None
        assert told.groupdict() | {"statement": ""} == {
            "domain": DOMAIN,
            "address": key("ann").address,
            "statement": "",
            "uri": f"https://{DOMAIN}/rewards/sign-in/",
            "chain_id": "1",
            "nonce": made.nonce,
            "issued": "2026-05-01T12:00:00Z",
            "expires": "2026-05-01T12:05:00Z",
        }

    def test_of_a_link_says_what_it_means(self) -> None:
        told = GRAMMAR.fullmatch(challenge("bob", linking_to=sign_in("ann")).text)
        assert told is not None
        assert f"Link this wallet to {key('ann').address}. From now on both are" in told["statement"]
        assert "stays there if you unlink it" in told["statement"]

    @pytest.mark.parametrize("typed", ["", "0x12", "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb", "0x" + "g" * 40])
    def test_is_refused_for_what_is_no_address_of_the_chain(self, typed: str) -> None:
        with pytest.raises(IdentityError, match="no wallet address"):
            identity.challenge(address=typed, site=SITE, path="/", as_of=NOW)

    def test_makes_no_wallet_and_signs_nobody_in(self) -> None:
        challenge("ann")
        assert not Wallet.objects.exists()
        assert not SignIn.objects.exists()


class TestSignIn:
    def test_gives_a_wallet_that_nobody_saw_its_row(self) -> None:
        signed_in = sign_in("ann")
        wallet = Wallet.objects.get(address=at("ann"))
        assert (signed_in.wallet_id, signed_in.collector_id) == (wallet.id, wallet.id)

    def test_begins_a_new_session(self) -> None:
        request = browser()
        request.session["planted"] = "by somebody else"
        request.session.save()
        before = request.session.session_key or ""
        signed_in = sign_in("ann", request=request)
        assert request.session.session_key != before
        assert "planted" not in request.session
        assert not browser(session_key=before).session.exists(before)
        assert queries.get_signed_in(request=request, as_of=NOW) == signed_in

    def test_signs_staff_out_and_is_nothing_to_a_browser_where_staff_sign_in(self) -> None:
        request = browser()
        request.session[SESSION_KEY] = "1"
        sign_in("ann", request=request)
        assert SESSION_KEY not in request.session
        request.session[SESSION_KEY] = "1"
        assert queries.get_signed_in(request=request, as_of=NOW) is None

    def test_again_with_another_wallet_ends_the_first(self) -> None:
        request = browser()
        first = sign_in("ann", request=request)
        second = sign_in("bob", request=request)
        assert queries.get_signed_in(request=request, as_of=NOW) == second
        assert SignIn.objects.get(id=first.sign_in_id).ended_at == NOW

    def test_is_over_after_a_week(self) -> None:
        request = browser()
        sign_in("ann", request=request)
        week = timedelta(days=7)
        assert queries.get_signed_in(request=request, as_of=NOW + week - timedelta(seconds=1)) is not None
        assert queries.get_signed_in(request=request, as_of=NOW + week) is None

    def test_refuses_a_nonce_the_second_time(self) -> None:
        made = challenge("ann")
        told: dict[str, Any] = {"nonce": made.nonce, "signature": signed("ann", made.text), "domain": DOMAIN}
        identity.sign_in(request=browser(), as_of=NOW, **told)
        with pytest.raises(NotProven, match="signed before, or more than five minutes"):
            identity.sign_in(request=browser(), as_of=NOW, **told)
        assert SignIn.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "later"),
        [
            ({"nonce": "f" * 24}, timedelta()),
            ({"nonce": "\x00"}, timedelta()),
            ({"domain": "elsewhere.example"}, timedelta()),
            ({}, timedelta(minutes=5)),
            ({}, timedelta(seconds=-1)),
        ],
    )
    def test_refuses_what_is_not_its_own_text_in_its_own_time(
        self, changed: dict[str, str], later: timedelta
    ) -> None:
        made = challenge("ann")
        told: dict[str, Any] = {"nonce": made.nonce, "signature": signed("ann", made.text), "domain": DOMAIN}
        with pytest.raises(NotProven):
            identity.sign_in(request=browser(), as_of=NOW + later, **told | changed)
        assert not SignIn.objects.exists()

    def test_does_not_take_a_text_that_was_made_for_linking(self) -> None:
        made = challenge("bob", linking_to=sign_in("ann"))
        with pytest.raises(NotProven):
            identity.sign_in(
                request=browser(),
                nonce=made.nonce,
                signature=signed("bob", made.text),
                domain=DOMAIN,
                as_of=NOW,
            )

    def test_uses_the_nonce_up_when_the_signature_is_bad(self) -> None:
        made = challenge("ann")
        for signature in (signed("bob", made.text), signed("ann", made.text)):
            with pytest.raises(NotProven):
                identity.sign_in(
                    request=browser(), nonce=made.nonce, signature=signature, domain=DOMAIN, as_of=NOW
                )


def mended(signature: str, *, s: int | None = None, v: int | None = None) -> str:
    """The same signature with another s or another last byte."""
    signed = bytes.fromhex(signature[2:])
    middle = signed[32:64] if s is None else (s % 2**256).to_bytes(32, "big")
    return "0x" + (signed[:32] + middle + (signed[64:] if v is None else bytes([v]))).hex()


class TestSignatures:
    @pytest.mark.parametrize("v", [0, 1])
    def test_take_the_last_byte_as_ledgers_write_it(self, v: int) -> None:
        # One of the two is the right one; the other is of another wallet.
        made = challenge("ann")
        good = bytes.fromhex(signed("ann", made.text)[2:])
        told: dict[str, Any] = {"nonce": made.nonce, "domain": DOMAIN, "as_of": NOW}
        told["signature"] = mended("0x" + good.hex(), v=v)
        if good[64] - 27 == v:
            identity.sign_in(request=browser(), **told)
        else:
            with pytest.raises(NotProven, match="not of this wallet"):
                identity.sign_in(request=browser(), **told)

    @pytest.mark.parametrize(
        ("make", "sentence"),
        [
            (lambda _: "", "no hexadecimal text"),
            (lambda _: "0x", "no hexadecimal text"),
            (lambda good: good[2:], "no hexadecimal text"),
            (lambda good: good[:-1], "no hexadecimal text"),
            (lambda good: good[:-2] + "\x00\x00", "no hexadecimal text"),
            (lambda _: "0x" + "ab" * 20_000, "no hexadecimal text"),
            (lambda good: good[:-2], "65 bytes, and this one has 64"),
            (lambda good: good + "00", "65 bytes, and this one has 66"),
            (lambda good: mended(good, v=29), "last byte"),
            (lambda good: mended(good, v=255), "last byte"),
            (lambda good: mended(good, s=SECPK1_N - int(good[66:130], 16)), "second form"),
            (lambda good: mended(good, s=-1), "second form"),
            (lambda good: mended(good, s=0), "of no wallet"),
            (lambda _: "0x" + "00" * 64 + "1b", "of no wallet"),
            (lambda _: "0x" + "ff" * 32 + "01" * 32 + "1b", "of no wallet"),
            (lambda good: mended(good, s=int(good[66:130], 16) // 2), "not of this wallet"),
        ],
    )
    def test_that_are_none_are_told_in_a_sentence(self, make: Any, sentence: str) -> None:
        made = challenge("ann")
        with pytest.raises(NotProven, match=sentence):
            identity.sign_in(
                request=browser(),
                nonce=made.nonce,
                signature=make(signed("ann", made.text)),
                domain=DOMAIN,
                as_of=NOW,
            )


class TestSignOut:
    def test_ends_this_browser_only(self) -> None:
        here, there = browser(), browser()
        sign_in("ann", request=here)
        sign_in("ann", request=there)
        identity.sign_out(request=here, as_of=NOW)
        assert queries.get_signed_in(request=here, as_of=NOW) is None
        assert queries.get_signed_in(request=there, as_of=NOW) is not None
        identity.sign_out(request=here, as_of=NOW)

    def test_everywhere_ends_all_wallets_of_the_collector(self) -> None:
        requests = [browser() for _ in range(3)]
        ann = sign_in("ann", request=requests[0])
        sign_in("bob", request=requests[1])
        other = sign_in("cat", request=requests[2])
        link(ann, "bob")
        assert identity.sign_out_everywhere(request=requests[0], signed_in=ann, as_of=NOW) == 2
        found = [queries.get_signed_in(request=request, as_of=NOW) for request in requests]
        assert found == [None, None, other]

    def test_there_ends_one_of_the_collectors_own_and_nobody_elses(self) -> None:
        ann, there = sign_in("ann"), sign_in("ann")
        bob = sign_in("bob")
        for other in (bob, there, there):
            identity.sign_out_there(signed_in=ann, sign_in_id=other.sign_in_id, as_of=NOW)
        left = SignIn.objects.filter(ended_at=None).values_list("id", flat=True)
        assert set(left) == {ann.sign_in_id, bob.sign_in_id}


class TestBrowsers:
    @pytest.mark.parametrize(
        ("user_agent", "words"),
        [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Firefox/133.0", "Firefox on Windows"),
            ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/18.1 Safari/604.1", "Safari on iPhone"),
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge on Linux"),
            ("curl/8.9", ""),
            ("", ""),
        ],
    )
    def test_have_a_name_that_people_know(self, user_agent: str, words: str) -> None:
        assert browsers.name(user_agent) == words


class TestPrune:
    def test_takes_away_what_has_been_over_for_a_day(self) -> None:
        sign_in("ann")
        assert identity.prune(as_of=NOW + timedelta(hours=24)) == 0
        assert identity.prune(as_of=NOW + timedelta(hours=25)) == 1
        assert identity.prune(as_of=NOW + timedelta(days=9)) == 1
        assert not Challenge.objects.exists()
        assert not SignIn.objects.exists()
